package org.vkernel.testmodules.cli;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.vkernel.emulator.variant.Variant;
import org.vkernel.emulator.variant.Variants;
import org.vkernel.testmodules.scenario.Spelling;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code vkernel variants}: lists the historical bugs that a kernel can be booted with, or tells of
 * some of them what was wrong and what comes of it.
 */
public final class VariantsCommand implements VkernelCommand {
    @Override
    public String name() {
        return "variants";
    }

    @Override
    public String description() {
        return "Lists the bugs of Linux that a kernel can be booted with, or tells of some of them.";
    }

    @Override
    public void describe(CommandSpec spec) {
        spec.addPositional(
                PositionalParamSpec.builder()
                        .paramLabel("[NAME]...")
                        .hideParamSyntax(true)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("0..*")
                        .description("Of these, what was wrong. Default: all, in a line each.")
                        .build());
    }

    /** The variant of this name. */
    static Variant find(String name, ClassLoader loader) throws UsageException {
        List<Variant> all = Variants.all(loader);
        for (Variant variant : all) {
            if (variant.name().equals(name)) {
                return variant;
            }
        }
        List<String> names = all.stream().map(Variant::name).toList();
        String closest = Spelling.closest(name, names);
        throw new UsageException(
                "no such variant"
                        + (closest == null ? "" : " (did you mean " + closest + "?)")
                        + ": expected "
                        + String.join(", ", names));
    }

    @Override
    public int run(CommandSpec spec, Console console) throws UsageException {
        List<?> names = spec.positionalParameters().getFirst().getValue();
        ClassLoader loader = VariantsCommand.class.getClassLoader();
        List<Variant> variants = new ArrayList<>();
        if (names == null) {
            variants.addAll(Variants.all(loader));
            variants.forEach(variant -> console.println(row(variant)));
        } else {
            for (Object name : names) {
                try {
                    variants.add(find((String) name, loader));
                } catch (UsageException e) {
                    throw new UsageException(name + ": " + e.getMessage());
                }
            }
            variants.forEach(variant -> story(variant).forEach(console::println));
        }
        console.println(variants.size() + " variants");
        return Main.OK;
    }

    private static String row(Variant variant) {
        return "%-6s  %-14s  %-17s  %-17s  %s"
                .formatted(
                        variant.name(),
                        variant.kind(),
                        variant.category(),
                        variant.profileNames(),
                        variant.title());
    }

    private static List<String> story(Variant variant) {
        ImmutableList.Builder<String> lines = ImmutableList.builder();
        lines.add(variant.name() + ": " + variant.title());
        lines.add("  a " + variant.kind() + ", of profile " + variant.profileNames());
        lines.add("  class: " + variant.category());
        lines.add("  wrong: " + variant.wrong());
        if (!variant.order().isEmpty()) {
            lines.add("  order: " + variant.order());
        }
        lines.add("  consequence: " + variant.consequence());
        return lines.build();
    }
}
