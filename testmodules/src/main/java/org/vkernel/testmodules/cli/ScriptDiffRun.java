package org.vkernel.testmodules.cli;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.script.ScriptReplay;
import org.vkernel.testmodules.property.script.ScriptDiff;

/** {@code vkernel script diff}. */
final class ScriptDiffRun {
    static final int DEFAULT_COUNT = 1000;
    static final long DEFAULT_SEED = 1;

    private static final int PROGRESS = 1000;

    private static final ScriptDiff.Aside ON_A_VIRTUAL_THREAD =
            new ScriptDiff.Aside() {
                @Override
                public <T> T call(Supplier<T> work) {
                    CompletableFuture<T> result = new CompletableFuture<>();
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    result.complete(work.get());
                                } catch (Throwable e) {
                                    result.completeExceptionally(e);
                                }
                            });
                    return result.join();
                }
            };

    private final long seed;
    private final Path folder;
    private final Console console;
    private long divergences;

    private ScriptDiffRun(long seed, Path folder, Console console) {
        this.seed = seed;
        this.folder = folder;
        this.console = console;
    }

    static int parseCount(String text) {
        try {
            int count = Integer.parseInt(text);
            if (count > 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw ParameterMessages.expected("a number of scripts, 1 or more");
    }

    static long parseSeed(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ParameterMessages.expected("a whole number");
        }
    }

    static int run(int count, long seed, String output, Console console) throws UsageException {
        Path folder = ScriptFiles.makeFolder(output);
        return new ScriptDiffRun(seed, folder, console).run(count);
    }

    private int run(int count) throws UsageException {
        long start = System.nanoTime();
        try (ScriptDiff diff = new ScriptDiff(ON_A_VIRTUAL_THREAD)) {
            diff.run(count, seed, listener());
            diff.coverage().lines().forEach(console::complain);
            if (!diff.coverage().missing().isEmpty()) {
                console.complain("never: " + String.join(", ", diff.coverage().missing()));
            }
            long perSecond = count * 1_000_000_000L / Math.max(1, System.nanoTime() - start);
            console.complain(perSecond + " scripts/s");
            console.println(
                    count
                            + " scripts, "
                            + diff.coverage().operations()
                            + " operations, "
                            + divergences
                            + " divergences");
            return divergences == 0 ? Main.OK : Main.FAILED;
        } catch (HostUnavailableException e) {
            throw new UsageException("the host's kernel is " + e.getMessage());
        }
    }

    private ScriptDiff.Listener listener() {
        return new ScriptDiff.Listener() {
            @Override
            public void done(int number) {
                if ((number + 1) % PROGRESS == 0) {
                    console.complain("script diff: " + (number + 1) + " scripts");
                }
            }

            @Override
            public void differed(ScriptDiff.Difference difference) {
                divergences += difference.divergences().size();
                show(difference);
            }
        };
    }

    private void show(ScriptDiff.Difference difference) {
        String name = "vkernel-diff-" + seed + "-" + difference.number();
        difference.record().toLines().forEach(console.out()::println);
        for (ScriptReplay.Divergence divergence : difference.divergences()) {
            console.out().println(divergence);
        }
        try {
            console.complain(
                    "script diff: saved as "
                            + ScriptFiles.write(difference.record(), folder, name));
        } catch (UsageException e) {
            console.complain("script diff: not saved: " + e.getMessage());
        }
    }
}
