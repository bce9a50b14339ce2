package org.vkernel.emulator.module;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.jspecify.annotations.Nullable;

/**
 * What of the host's Java a module must not use, and what kernel code has in its place.
 *
 * <p>The rules are asked in order; the first that fits decides. A host thread is out of the
 * machine's sight, a host lock can be waited for only outside of it, and clocks, chance and
 * identity make a run that cannot be repeated.
 */
final class HostApis {
    private static final String THREADS = "ModuleContext.kthreadRun";
    private static final String LOCKS = "SpinLock or Mutex";
    private static final String ATOMICS = "AtomicInt";
    private static final String CLOCKS = "ModuleContext.jiffies or ktime";
    private static final String CHANCE = "ModuleContext.prandom";
    private static final String LOG = "printk";
    private static final String OBJECTS = "an object handed over by ModuleContext";
    private static final String PLAIN = "plain calls and fields";
    private static final String ORDERED = "LinkedHashMap or LinkedHashSet";
    private static final String LOCKED = "ArrayList or HashMap under a SpinLock";

    /**
     * What a rule says.
     *
     * @param useInstead what kernel code has in its place
     * @param namesMember whether the member is the point, so that the class's name is not enough
     */
    record Verdict(String useInstead, boolean namesMember) {}

    /**
     * One rule.
     *
     * @param owner a class's name with slashes, or the beginning of one if it ends with {@code *}
     * @param members the members meant, or empty for the whole class
     * @param verdict null if what the rule describes is allowed
     */
    private record Rule(String owner, ImmutableSet<String> members, @Nullable Verdict verdict) {
        /** The same rule for these members alone. */
        Rule of(String... names) {
            return new Rule(
                    owner,
                    ImmutableSet.copyOf(names),
                    verdict == null ? null : new Verdict(verdict.useInstead, true));
        }

        /** The same rule, but reports name the member. */
        Rule byMember() {
            return verdict == null
                    ? this
                    : new Rule(owner, members, new Verdict(verdict.useInstead, true));
        }

        boolean fits(String className, @Nullable String member) {
            boolean fitsOwner =
                    owner.endsWith("*")
                            ? className.startsWith(owner.substring(0, owner.length() - 1))
                            : className.equals(owner);
            return fitsOwner && (members.isEmpty() || (member != null && members.contains(member)));
        }
    }

    private static final ImmutableList<Rule> RULES =
            ImmutableList.of(
                    // threads
                    rule("java/lang/ThreadLocal*", "a field, or per-CPU data"),
                    rule("java/lang/InheritableThreadLocal", "a field, or per-CPU data"),
                    rule("java/lang/ScopedValue*", "a parameter"),
                    rule("java/lang/Thread$*", THREADS),
                    rule("java/lang/Thread", THREADS),
                    rule("java/lang/ThreadGroup", THREADS),
                    rule("java/util/Timer", "a timer of the kernel"),
                    rule("java/util/TimerTask", "a timer of the kernel"),
                    rule("java/util/concurrent/atomic/*", ATOMICS),
                    rule("java/util/concurrent/locks/*", LOCKS),
                    rule("java/util/concurrent/ThreadLocalRandom", CHANCE),
                    rule("java/util/concurrent/TimeUnit", "jiffies"),
                    rule("java/util/concurrent/Concurrent*", LOCKED),
                    rule("java/util/concurrent/CopyOnWrite*", LOCKED),
                    rule("java/util/concurrent/*", THREADS + " and wait queues"),
                    rule("java/util/Arrays", "a loop")
                            .of("parallelSort", "parallelPrefix", "parallelSetAll"),
                    rule("java/util/*", "stream()").of("parallelStream"),
                    rule("java/util/stream/*", "a sequential stream").of("parallel"),
                    // locks of the host, held while a task switches
                    rule("java/util/Collections", LOCKED)
                            .of(
                                    "synchronizedCollection",
                                    "synchronizedList",
                                    "synchronizedMap",
                                    "synchronizedNavigableMap",
                                    "synchronizedNavigableSet",
                                    "synchronizedSet",
                                    "synchronizedSortedMap",
                                    "synchronizedSortedSet"),
                    rule("java/util/Vector", LOCKED),
                    rule("java/util/Stack", LOCKED),
                    rule("java/util/Hashtable", LOCKED),
                    // clocks
                    rule("java/lang/System", CLOCKS).of("nanoTime", "currentTimeMillis"),
                    rule("java/time/Clock", CLOCKS),
                    rule("java/time/InstantSource", CLOCKS),
                    rule("java/time/*", CLOCKS).of("now"),
                    rule("java/util/Calendar", CLOCKS).of("getInstance"),
                    rule("java/util/GregorianCalendar", CLOCKS),
                    rule("java/util/Date", CLOCKS),
                    // chance
                    rule("java/lang/Math", CHANCE).of("random"),
                    rule("java/lang/StrictMath", CHANCE).of("random"),
                    rule("java/util/Random", CHANCE),
                    rule("java/util/SplittableRandom", CHANCE),
                    rule("java/util/random/*", CHANCE),
                    rule("java/security/SecureRandom", CHANCE),
                    rule("java/util/UUID", CHANCE).of("randomUUID"),
                    rule("java/util/Collections", CHANCE).of("shuffle"),
                    // identity, and orders that differ from one JVM to the next
                    rule("java/lang/System", "a number of your own").of("identityHashCode"),
                    rule("java/util/Objects", "a number of your own").of("toIdentityString"),
                    rule("java/util/IdentityHashMap", ORDERED),
                    rule("java/util/WeakHashMap", ORDERED),
                    rule("java/util/Map", ORDERED).of("of", "ofEntries", "copyOf"),
                    rule("java/util/Set", ORDERED).of("of", "copyOf"),
                    rule("java/util/stream/Collectors", ORDERED)
                            .of("toUnmodifiableSet", "toUnmodifiableMap"),
                    rule("java/lang/ref/*", "a plain reference"),
                    // output
                    rule("java/lang/System", LOG).of("out", "err", "getLogger", "console"),
                    rule("java/lang/System$Logger*", LOG),
                    rule("java/lang/IO", LOG),
                    rule("java/util/logging/*", LOG),
                    // the process and its host
                    rule("java/lang/System", null).of("arraycopy", "lineSeparator"),
                    rule("java/lang/System", "the result of init()").of("exit"),
                    rule("java/lang/System", "a parameter of the module").byMember(),
                    rule("java/lang/Runtime", "a parameter of the module"),
                    rule("java/lang/Runtime$*", "a parameter of the module"),
                    rule("java/lang/Process*", OBJECTS),
                    rule("java/lang/management/*", OBJECTS),
                    // files and the net
                    rule("java/io/FileNotFoundException", null),
                    rule("java/io/File*", OBJECTS),
                    rule("java/io/RandomAccessFile", OBJECTS),
                    rule("java/io/Console", LOG),
                    rule("java/nio/file/*", OBJECTS),
                    rule("java/nio/channels/*", OBJECTS),
                    rule("java/net/URI", null),
                    rule("java/net/URISyntaxException", null),
                    rule("java/net/URLEncoder", null),
                    rule("java/net/URLDecoder", null),
                    rule("java/net/*", OBJECTS),
                    rule("javax/net/*", OBJECTS),
                    // reflection, and what goes around the language
                    rule("java/lang/Class", PLAIN)
                            .of(
                                    "forName",
                                    "forPrimitiveName",
                                    "newInstance",
                                    "getClasses",
                                    "getClassLoader",
                                    "getConstructor",
                                    "getConstructors",
                                    "getDeclaredClasses",
                                    "getDeclaredConstructor",
                                    "getDeclaredConstructors",
                                    "getDeclaredField",
                                    "getDeclaredFields",
                                    "getDeclaredMethod",
                                    "getDeclaredMethods",
                                    "getEnclosingConstructor",
                                    "getEnclosingMethod",
                                    "getField",
                                    "getFields",
                                    "getMethod",
                                    "getMethods",
                                    "getModule",
                                    "getRecordComponents",
                                    "getResource",
                                    "getResourceAsStream"),
                    rule("java/lang/ClassLoader", PLAIN),
                    rule("java/lang/ClassValue", PLAIN),
                    rule("java/lang/Module*", PLAIN),
                    rule("java/lang/StackWalker*", PLAIN),
                    rule("java/lang/reflect/*", PLAIN),
                    rule("java/lang/invoke/*", PLAIN),
                    rule("java/lang/foreign/*", "arrays"),
                    rule("java/lang/classfile/*", PLAIN),
                    rule("java/util/ServiceLoader*", PLAIN),
                    rule("sun/misc/*", PLAIN),
                    rule("jdk/internal/*", PLAIN));

    /** Bootstrap methods of what compilers write for lambdas, records, concatenation, switches. */
    private static final ImmutableSet<String> BOOTSTRAPS =
            ImmutableSet.of(
                    "java/lang/invoke/LambdaMetafactory",
                    "java/lang/invoke/StringConcatFactory",
                    "java/lang/invoke/ConstantBootstraps",
                    "java/lang/runtime/ObjectMethods",
                    "java/lang/runtime/SwitchBootstraps",
                    "java/lang/runtime/ExactConversionsSupport");

    private HostApis() {}

    private static Rule rule(String owner, @Nullable String useInstead) {
        Verdict verdict = useInstead == null ? null : new Verdict(useInstead, false);
        return new Rule(owner, ImmutableSet.of(), verdict);
    }

    /** Whether a bootstrap method of that class is one of those that compilers use. */
    static boolean isCompilersBootstrap(String className) {
        return BOOTSTRAPS.contains(className);
    }

    /**
     * Returns what is said about the use of a class or a member.
     *
     * @param className the name with slashes
     * @param member the field's or method's name, or null if the class itself is used
     * @return null if a module may use it
     */
    static @Nullable Verdict verdict(String className, @Nullable String member) {
        for (Rule rule : RULES) {
            if (rule.fits(className, member)) {
                return rule.verdict;
            }
        }
        return null;
    }
}
