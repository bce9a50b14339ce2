package org.vkernel.testmodules.cli;

import java.util.List;
import org.vkernel.testmodules.scenario.Spelling;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what picocli did not like. */
final class ParameterMessages {
    private ParameterMessages() {}

    static String of(ParameterException e) {
        return switch (e) {
            case UnmatchedArgumentException unmatched -> unmatched(unmatched);
            case OverwrittenOptionException overwritten ->
                    name(overwritten.getOverwritten()) + " is given twice: expected once";
            case MissingParameterException missing -> missing(missing.getMissing());
            default -> invalid(e);
        };
    }

    private static String unmatched(UnmatchedArgumentException e) {
        String argument = e.getUnmatched().getFirst();
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        if (!e.isUnknownOption()) {
            List<String> known =
                    spec.positionalParameters().stream().map(ArgSpec::paramLabel).toList();
            return "unexpected argument '"
                    + argument
                    + "': expected no more than "
                    + (known.isEmpty() ? "options" : String.join(" ", known));
        }
        String closest = Spelling.closest(argument, spec.optionsMap().keySet());
        return "unknown option '"
                + argument
                + (closest == null ? "'" : "' (did you mean " + closest + "?)");
    }

    private static String missing(List<ArgSpec> missing) {
        ArgSpec first = missing.getFirst();
        return first.isOption()
                ? name(first) + ": expected a value (" + first.paramLabel() + ")"
                : "expected " + first.paramLabel();
    }

    private static String invalid(ParameterException e) {
        ArgSpec arg = e.getArgSpec();
        return arg != null && e.getCause() instanceof TypeConversionException ours
                ? name(arg) + " " + e.getValue() + ": " + ours.getMessage()
                : String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
    }

    private static String name(ArgSpec arg) {
        return arg instanceof OptionSpec option ? option.longestName() : arg.paramLabel();
    }

    /** A value that its option cannot take. */
    static CommandLine.TypeConversionException expected(String what) {
        return new TypeConversionException("expected " + what);
    }
}
