package org.vkernel.benchmarks;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Holds the shape of the house: the arrows between modules and rooms, what the rooms of a protocol
 * may know, and what of the host only the rooms that own it may use ({@link HostBan}).
 *
 * <p>It stands in the last module because that one sees all five.
 */
class ArchitectureTest {
    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.vkernel");

    /** A protocol's constants, layouts, parsing and building stand on no more than this. */
    private static final String[] PLAIN_JAVA = {
        "java.lang..",
        "java.util",
        "java.nio..",
        "com.google.common..",
        "com.google.errorprone.annotations..",
        "org.jspecify.annotations"
    };

    @Test
    void modules_standOnlyOnThoseBeforeThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("emulator")
                .definedBy("org.vkernel.emulator..")
                .layer("netlink")
                .definedBy("org.vkernel.netlink..")
                .optionalLayer("connector")
                .definedBy("org.vkernel.connector..")
                .optionalLayer("testmodules")
                .definedBy("org.vkernel.testmodules..")
                .optionalLayer("benchmarks")
                .definedBy("org.vkernel.benchmarks..")
                .whereLayer("netlink")
                .mayOnlyBeAccessedByLayers("connector", "testmodules", "benchmarks")
                .whereLayer("connector")
                .mayOnlyBeAccessedByLayers("testmodules", "benchmarks")
                .whereLayer("testmodules")
                .mayOnlyBeAccessedByLayers("benchmarks")
                .whereLayer("benchmarks")
                .mayNotBeAccessedByAnyLayer()
                .check(MAIN);
    }

    @Test
    void abi_isConstantsAndLayoutsOnly() {
        check(
                classes()
                        .that()
                        .resideInAPackage("org.vkernel.*.abi..")
                        .should()
                        .onlyDependOnClassesThat(
                                resideInAnyPackage(PLAIN_JAVA)
                                        .or(resideInAPackage("org.vkernel.*.abi..")))
                        .because("behaviour belongs to wire (bytes) or core (sockets)"));
    }

    @Test
    void wire_knowsNoSockets() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("org.vkernel.*.wire..")
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("org.vkernel..")
                                        .and(
                                                not(
                                                        resideInAnyPackage(
                                                                "org.vkernel.*.abi..",
                                                                "org.vkernel.*.wire..",
                                                                "org.vkernel.emulator",
                                                                "org.vkernel.emulator.skb"))))
                        .because("wire parses and builds; who sends and receives is core's"));
    }

    @Test
    void core_touchesNoByteOffset() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("org.vkernel.*.core..")
                        .should()
                        .dependOnClassesThat(
                                nameMatching("java\\.nio\\.\\w*Buffer|java\\.nio\\.ByteOrder")
                                        .or(nameMatching("java\\.lang\\.invoke\\.VarHandle"))
                                        .or(nameMatching("java\\.lang\\.foreign\\..*"))
                                        .or(nameMatching("org\\.vkernel\\..*\\.LittleEndian")))
                        .because("bytes are parsed and built by wire"));
    }

    @Test
    void production_doesNotUseTestSupport() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages(
                                "org.vkernel.emulator.testing..",
                                "org.vkernel.testmodules.property..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("org.vkernel.emulator.testing..")
                        .because("test support is for tests and the property kit"));
    }

    @Test
    void everyPackage_isNullMarked() {
        TreeSet<String> packages = new TreeSet<>();
        for (JavaClass c : MAIN) {
            if (!c.getPackageName().endsWith(".jmh_generated")) {
                packages.add(c.getPackageName());
            }
        }
        List<String> unmarked = new ArrayList<>();
        for (String name : packages) {
            String info = name + ".package-info";
            if (!MAIN.contain(info) || !MAIN.get(info).isAnnotatedWith(NullMarked.class)) {
                unmarked.add(name);
            }
        }
        assertEquals(List.of(), unmarked, "packages without @NullMarked in package-info.java");
    }

    @ParameterizedTest
    @EnumSource
    void host_isUsedOnlyInTheRoomsThatOwnIt(HostBan ban) {
        List<String> violations = new ArrayList<>();
        for (JavaClass c : MAIN) {
            if (!ban.owns(c)) {
                violations.addAll(ban.violations(c));
            }
        }
        assertTrue(violations.isEmpty(), () -> String.join("\n", violations));
    }

    @ParameterizedTest
    @EnumSource
    void host_everyBanFindsItsOffender(HostBan ban) {
        JavaClass offender = new ClassFileImporter().importClass(HostOffender.class);

        assertFalse(ban.violations(offender).isEmpty());
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(MAIN);
    }
}
