package org.vkernel.emulator.variant;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Profile;

/**
 * A historical bug re-created, or a bug of Linux repaired, as a change of policies that a kernel is
 * booted with. Immutable.
 *
 * <pre>{@code
 * Variant.historicalBug("CN-09", "the range of a request for notices wraps")
 *         .wrong("first + range is a sum of 32 bits")
 *         .consequence("a range that ends at 0xffffffff matches nothing")
 *         .profiles(Profile.V2_6_14)
 *         .replace(RangeMatch.class, usual -> (range, number) -> ...)
 *         .build();
 * }</pre>
 */
public final class Variant {
    /** What a variant is to the reference. */
    public enum Kind {
        /** A bug that Linux had, and the reference has not. */
        HISTORICAL_BUG("historical bug"),
        /** The reference has a bug, as Linux has; the variant has not. */
        REPAIR("repair");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** In words. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** What sort of mistake it is, which says what it takes to see it. */
    public enum Category {
        /** One task in some order of calls shows it. */
        LOGIC("data or logic"),
        /** It takes two tasks, CPUs or an interrupt, in some order. */
        RACE("race"),
        /** It is about memory that cannot be had, or a context that must not sleep. */
        CONTEXT("memory or context");

        private final String text;

        Category(String text) {
            this.text = text;
        }

        /** In words. */
        @Override
        public String toString() {
            return text;
        }
    }

    private final String name;
    private final String title;
    private final Kind kind;
    private final Category category;
    private final String wrong;
    private final String order;
    private final String consequence;
    private final ImmutableList<Profile> profiles;
    private final ImmutableMap<Class<?>, UnaryOperator<?>> replacements;

    private Variant(Builder builder) {
        name = builder.name;
        title = builder.title;
        kind = builder.kind;
        category = builder.category;
        wrong = builder.wrong;
        order = builder.order;
        consequence = builder.consequence;
        profiles = builder.profiles;
        replacements = builder.replacements.buildOrThrow();
        checkArgument(
                !wrong.isEmpty() && !consequence.isEmpty() && !replacements.isEmpty(),
                "variant %s does not say what is wrong, what comes of it, or what it replaces",
                name);
    }

    /** Begins a variant that has a bug which Linux had. */
    public static Builder historicalBug(String name, String title) {
        return new Builder(Kind.HISTORICAL_BUG, name, title);
    }

    /** Begins a variant that lacks a bug which Linux still has. */
    public static Builder repair(String name, String title) {
        return new Builder(Kind.REPAIR, name, title);
    }

    /** Its name: a letter or two for the part of the kernel, and a number. */
    public String name() {
        return name;
    }

    /** What it is, in a few words. */
    public String title() {
        return title;
    }

    /** What it is to the reference. */
    public Kind kind() {
        return kind;
    }

    /** What sort of mistake it is, or repairs. */
    public Category category() {
        return category;
    }

    /** What the code with the bug does, in a sentence. */
    public String wrong() {
        return wrong;
    }

    /** Which events, in which order, show the bug. */
    public String order() {
        return order;
    }

    /** What comes of the bug, in a sentence. */
    public String consequence() {
        return consequence;
    }

    /** The profiles whose code it changes, from the oldest. */
    public List<Profile> profiles() {
        return profiles;
    }

    /**
     * This policy with the variant: a replacement of {@code usual}, or {@code usual} itself where
     * the variant does not touch it.
     */
    @SuppressWarnings("unchecked") // Builder.replace() takes no other
    <P> P apply(Class<P> policy, P usual) {
        @Nullable UnaryOperator<?> replacement = replacements.get(policy);
        return replacement == null ? usual : ((UnaryOperator<P>) replacement).apply(usual);
    }

    /** The policies in whose place it puts others. */
    Set<Class<?>> policies() {
        return replacements.keySet();
    }

    /** {@code CN-09 (the range of a request for notices wraps)}. */
    @Override
    public String toString() {
        return name + " (" + title + ")";
    }

    /** The profiles in words. */
    public String profileNames() {
        return profiles.stream().map(Profile::name).collect(Collectors.joining(", "));
    }

    /** Puts a variant together. */
    public static final class Builder {
        private final Kind kind;
        private final String name;
        private final String title;
        private Category category = Category.LOGIC;
        private String wrong = "";
        private String order = "";
        private String consequence = "";
        private ImmutableList<Profile> profiles = ImmutableList.copyOf(Profile.all());
        private final ImmutableMap.Builder<Class<?>, UnaryOperator<?>> replacements =
                ImmutableMap.builder();

        private Builder(Kind kind, String name, String title) {
            this.kind = kind;
            this.name = name;
            this.title = title;
        }

        /** What the code with the bug does, in a sentence. */
        public Builder wrong(String value) {
            wrong = value;
            return this;
        }

        /** What sort of mistake it is; by default one of data or logic. */
        public Builder category(Category value) {
            category = value;
            return this;
        }

        /** Which events, in which order, show the bug; to be read behind "when". */
        public Builder order(String value) {
            order = value;
            return this;
        }

        /** What comes of the bug, in a sentence. */
        public Builder consequence(String value) {
            consequence = value;
            return this;
        }

        /** The profiles whose code it changes; by default all. */
        public Builder profiles(Profile... values) {
            profiles = ImmutableList.copyOf(values);
            return this;
        }

        /**
         * Puts another object in a policy's place.
         *
         * @param replacement makes it; it is given the one that it replaces, the usual one or that
         *     of another variant, and may call it
         */
        public <P> Builder replace(Class<P> policy, UnaryOperator<P> replacement) {
            replacements.put(policy, replacement);
            return this;
        }

        /** The variant. */
        public Variant build() {
            return new Variant(this);
        }
    }
}
