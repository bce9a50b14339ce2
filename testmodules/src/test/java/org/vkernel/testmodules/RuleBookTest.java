package org.vkernel.testmodules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.vkernel.emulator.check.KnownCounterExamples;
import org.vkernel.emulator.check.RuleBook;

/**
 * Every rule that is reported anywhere says why Linux has it.
 *
 * <p>The rules are read from the sources: what calls that report are given first, a text or the
 * name of one. A rule whose end depends on the run counts by how it begins.
 */
class RuleBookTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> MODULES =
            List.of("emulator", "netlink", "connector", "testmodules");
    private static final Pattern CALL =
            Pattern.compile(
                    "\\b(?:report|reportBroken|reportBrokenInContext|reportDead|broken"
                            + "|brokenInContext|stuck|bug|tellSection)\\(");
    private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern CONSTANT =
            Pattern.compile("(?:\\b([A-Z]\\w*[a-z]\\w*)\\.)?\\b([A-Z][A-Z_]+)\\b");
    private static final Pattern DEFINITION =
            Pattern.compile("String ([A-Z_]+) =\\s*\"((?:[^\"\\\\]|\\\\.)*)\";");

    /** The sources by the names of their classes. */
    private static final Map<String, String> SOURCES = new HashMap<>();

    @BeforeAll
    static void readSources() throws IOException {
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    String name = String.valueOf(file.getFileName()).replace(".java", "");
                    String code = Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "");
                    SOURCES.merge(name, code, String::concat);
                }
            }
        }
    }

    @Test
    void everyReportedRule_hasItsSentence() {
        TreeSet<String> rules = new TreeSet<>();
        SOURCES.forEach((name, code) -> rules.addAll(rulesIn(name, code)));
        assertTrue(rules.size() > 60, () -> "only these were found: " + rules);
        assertTrue(rules.contains("soft lockup") && rules.contains("data race"), rules::toString);

        List<String> silent = rules.stream().filter(rule -> !hasSentence(rule)).toList();
        assertEquals(List.of(), silent, "rules without a sentence");
    }

    private static boolean hasSentence(String rule) {
        return !RuleBook.why(rule).isEmpty()
                || (rule.endsWith(" ")
                        && RuleBook.rules().stream().anyMatch(whole -> whole.startsWith(rule)));
    }

    @Test
    void everyKnownCounterExample_hasItsSentence() {
        for (KnownCounterExamples.Entry entry : KnownCounterExamples.all()) {
            assertFalse(RuleBook.why(entry.rule()).isEmpty(), entry.rule());
        }
    }

    @Test
    void everySentence_isOne_andOfARuleThatThereIs() {
        StringBuilder all = new StringBuilder();
        SOURCES.forEach((name, code) -> all.append(name.equals("RuleBook") ? "" : code));
        for (String rule : RuleBook.rules()) {
            String why = RuleBook.why(rule);
            assertTrue(why.endsWith(".") && why.length() > 40, rule + ": " + why);
            assertFalse(why.contains("  "), rule + ": " + why);
            String end = rule.substring(rule.indexOf(": ") + 1).trim();
            assertTrue(all.indexOf(rule) >= 0 || all.indexOf(end) >= 0, "nobody reports " + rule);
        }
    }

    private static List<String> rulesIn(String name, String code) {
        List<String> found = new ArrayList<>();
        Matcher call = CALL.matcher(code);
        while (call.find()) {
            String argument = firstArgument(code, call.end());
            List<String> texts =
                    TEXT.matcher(argument).results().map(text -> text.group(1)).toList();
            if (argument.startsWith("\"")) {
                found.add(texts.getFirst()); // what follows depends on the run
            } else if (!texts.isEmpty()) {
                found.addAll(texts);
            } else {
                Matcher constant = CONSTANT.matcher(argument);
                while (constant.find()) {
                    String owner = constant.group(1) == null ? name : constant.group(1);
                    addDefinition(found, owner, constant.group(2));
                }
            }
        }
        return found;
    }

    private static void addDefinition(List<String> found, String owner, String constant) {
        Matcher definition = DEFINITION.matcher(SOURCES.getOrDefault(owner, ""));
        while (definition.find()) {
            if (definition.group(1).equals(constant)) {
                found.add(definition.group(2));
            }
        }
    }

    /** The source text up to the comma or bracket that ends the argument at {@code begin}. */
    private static String firstArgument(String code, int begin) {
        int depth = 0;
        boolean quoted = false;
        int at = begin;
        for (; at < code.length(); at++) {
            char c = code.charAt(at);
            if (quoted) {
                if (c == '\\') {
                    at++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '(' || c == '[' || c == '{') {
                depth++;
            } else if (c == ')' || c == ']' || c == '}') {
                if (depth-- == 0) {
                    break;
                }
            } else if (c == ',' && depth == 0) {
                break;
            }
        }
        return code.substring(begin, at).strip();
    }
}
