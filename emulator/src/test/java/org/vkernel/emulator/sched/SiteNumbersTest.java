package org.vkernel.emulator.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SiteNumbersTest {
    private record Module(String name) implements AccessSites {
        @Override
        public String target(int site) {
            return "field " + name + "." + site;
        }

        @Override
        public String frame(int site) {
            return name + ".run(" + name + ".java:" + site + ")";
        }
    }

    @Test
    void eachInstruction_isFoundByItsNumber() {
        SiteNumbers numbers = new SiteNumbers();
        int a = numbers.base(new Module("A"));
        int b = numbers.base(new Module("B"));

        assertNotEquals(0, a);
        assertEquals("field A.0", numbers.target(a));
        assertEquals("field A.70000", numbers.target(a + 70_000));
        assertEquals("B.run(B.java:7)", numbers.frame(b + 7));
    }

    @Test
    void moduleLoadedAgain_hasItsNumbers_howeverOften() {
        SiteNumbers numbers = new SiteNumbers();
        int first = numbers.base(new Module("A"));
        for (int load = 0; load < 10_000; load++) {
            assertEquals(first, numbers.base(new Module("A")));
        }
    }

    @Test
    void tooManyModules_areRefused_beforeNumbersRunOut() {
        SiteNumbers numbers = new SiteNumbers();
        int most = (1 << 13) - 1;
        for (int i = 0; i < most; i++) {
            assertEquals(
                    "field M" + i + ".3", numbers.target(numbers.base(new Module("M" + i)) + 3));
        }
        assertThrows(IllegalStateException.class, () -> numbers.base(new Module("more")));
    }
}
