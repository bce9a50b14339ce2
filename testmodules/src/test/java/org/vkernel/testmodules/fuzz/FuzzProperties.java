package org.vkernel.testmodules.fuzz;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Some seconds of random bytes, shrunk where they fail. */
class FuzzProperties {
    @Provide
    Arbitrary<byte[]> bytes() {
        // Small numbers are often a length, a kind, or the high bytes of a larger number.
        Arbitrary<Byte> any = Arbitraries.bytes();
        Arbitrary<Byte> small = Arbitraries.bytes().between((byte) 0, (byte) 32);
        return Arbitraries.oneOf(any, small).array(byte[].class).ofMaxSize(400);
    }

    @Property(tries = 15_000)
    void wire_anyBytes_areTakenOrRefused(@ForAll("bytes") byte[] bytes) {
        WireFuzz.fuzzerTestOneInput(bytes);
    }

    @Property(tries = 2500)
    void syscalls_anyBytes_failWithErrnosOnly(@ForAll("bytes") byte[] bytes) {
        SyscallFuzz.fuzzerTestOneInput(bytes);
    }
}
