package org.vkernel.benchmarks;

import com.google.common.collect.ImmutableList;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What of the host's Java the kernel must not use, since a run could then not be repeated or would
 * block outside of the machine's sight; which rooms own it; and what to use instead.
 */
enum HostBan {
    TIME(
            "the kernel's clock (org.vkernel.emulator.time)",
            List.of(
                    "java.lang.System.(nanoTime|currentTimeMillis)",
                    "java.time.Clock.*",
                    "java.time.\\w+.now",
                    "java.util.(Date|Calendar|GregorianCalendar).*"),
            List.of("emulator.sched", "emulator.time", "netlink.host", "testmodules.cli")),
    THREADS(
            "a task of the machine (org.vkernel.emulator.sched)",
            List.of(
                    "java.lang.(Thread|ThreadLocal|InheritableThreadLocal|ScopedValue)(\\$\\w+)?.*",
                    "java.util.(Timer|TimerTask).*",
                    "java.util.concurrent.(\\w*Execut\\w*|ForkJoin\\w*|\\w*Future\\w*).*",
                    "java.util.concurrent.(CountDownLatch|CyclicBarrier|Phaser|Exchanger).*",
                    "java.util.concurrent.(Semaphore|\\w*Blocking\\w*|SynchronousQueue).*"),
            List.of(
                    // A host thread enters the kernel by it.
                    "emulator.KernelEntry",
                    "emulator.sched",
                    "emulator.time",
                    "netlink.host",
                    "testmodules.cli",
                    "testmodules.property")),
    LOCKS(
            "SpinLock, Mutex or RCU (org.vkernel.emulator.locking)",
            List.of(
                    "java.util.concurrent.locks..*",
                    "java.lang.Object.(wait|notify|notifyAll)",
                    "java.util.Collections.synchronized\\w+",
                    "java.util.(Vector|Stack|Hashtable).*"),
            List.of(
                    // Host threads share it, and the loader's pool is shared by all kernels.
                    "emulator.VirtualKernel",
                    "emulator.module.ModuleLoader",
                    "emulator.sched",
                    "emulator.time",
                    "netlink.host",
                    "netlink.tap",
                    "testmodules.cli")) {
        @Override
        List<String> violations(JavaClass c) {
            List<String> violations = super.violations(c);
            for (JavaCodeUnit unit : c.getCodeUnits()) {
                if (unit.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
                    violations.add(unit.getFullName() + " is synchronized: " + useInstead());
                }
            }
            for (String method : methodsWithMonitors(c)) {
                violations.add(
                        c.getName() + "." + method + " has a synchronized block: " + useInstead());
            }
            return violations;
        }
    },
    CHANCE(
            "the machine's random numbers",
            List.of(
                    "java.util.(Random|SplittableRandom).*",
                    "java.util.random..*",
                    "java.util.concurrent.ThreadLocalRandom.*",
                    "java.security.SecureRandom.*",
                    "java.lang.(Math|StrictMath).random",
                    "java.util.UUID.randomUUID",
                    "java.util.Collections.shuffle"),
            List.of("testmodules.property")),
    IDENTITY(
            "a number counted per kernel",
            List.of(
                    "java.lang.System.identityHashCode",
                    "java.util.Objects.toIdentityString",
                    "java.util.(IdentityHashMap|WeakHashMap).*"),
            List.of()),
    SALTED_ORDER(
            "LinkedHashMap, TreeMap or Guava's ImmutableMap and ImmutableSet: their order is the"
                    + " same in any JVM",
            List.of(
                    // Empty ones and those of one element have no order.
                    "java.util.Map.of\\(.+,.+,.+,.+\\)",
                    "java.util.Map.(ofEntries|copyOf)",
                    "java.util.Set.of\\((.+,.+|.+\\[\\])\\)",
                    "java.util.Set.copyOf",
                    "java.util.stream.Collectors.toUnmodifiable(Set|Map)"),
            List.of()),
    CONSOLE(
            "printk",
            List.of(
                    "java.lang.System.(out|err|console|getLogger)",
                    "java.lang.IO.*",
                    "java.lang.Throwable.printStackTrace"),
            List.of("testmodules.cli"));

    private final String useInstead;
    private final Pattern banned;
    private final ImmutableList<String> rooms;

    /**
     * Makes a ban.
     *
     * @param members patterns of {@code owner.member} or {@code owner.member(types)}; a
     *     constructor's member is {@code <init>}
     * @param rooms the packages or classes below {@code org.vkernel} that own what is banned
     *     elsewhere; {@code benchmarks} measures the host and owns all of it
     */
    HostBan(String useInstead, List<String> members, List<String> rooms) {
        this.useInstead = useInstead;
        this.banned = Pattern.compile("(" + String.join("|", members) + ")(\\(.*\\))?");
        this.rooms = ImmutableList.copyOf(rooms);
    }

    String useInstead() {
        return "use " + useInstead + " instead";
    }

    boolean owns(JavaClass c) {
        return isIn(c, "benchmarks") || rooms.stream().anyMatch(room -> isIn(c, room));
    }

    /** What {@code c} uses of what is banned, each with its line and what to use instead. */
    List<String> violations(JavaClass c) {
        List<String> violations = new ArrayList<>();
        for (JavaAccess<?> access : c.getAccessesFromSelf()) {
            String used = access.getTarget().getFullName();
            if (banned.matcher(used).matches()) {
                violations.add(
                        "%s uses %s %s: %s"
                                .formatted(
                                        access.getOrigin().getFullName(),
                                        used,
                                        access.getSourceCodeLocation(),
                                        useInstead()));
            }
        }
        return violations;
    }

    private static boolean isIn(JavaClass c, String room) {
        String name = c.getName().replace('$', '.') + ".";
        return name.startsWith("org.vkernel." + room + ".");
    }

    private static List<String> methodsWithMonitors(JavaClass c) {
        List<String> methods = new ArrayList<>();
        for (MethodModel method : parse(c).methods()) {
            boolean hasMonitor =
                    method.code().stream()
                            .flatMap(code -> code.elementStream())
                            .anyMatch(e ->
                                    e instanceof Instruction i
                                            && i.opcode() == Opcode.MONITORENTER);
            if (hasMonitor) {
                methods.add(method.methodName().stringValue());
            }
        }
        return methods;
    }

    private static ClassModel parse(JavaClass c) {
        try (InputStream in = c.getSource().orElseThrow().getUri().toURL().openStream()) {
            return ClassFile.of().parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + c.getName(), e);
        }
    }
}
