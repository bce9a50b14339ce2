package org.vkernel.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    private static final List<String> SECOND_NAMES = List.of("EWOULDBLOCK", "EDEADLOCK", "ENOTSUP");

    @Test
    void constants_allOfThem_agreeWithTheTableOfNames() throws ReflectiveOperationException {
        int constants = 0;
        for (Field field : Errno.class.getFields()) {
            if (field.getType() != int.class || field.getName().equals("MAX_ERRNO")) {
                continue;
            }
            int errno = field.getInt(null);
            assertEquals(errno, Errno.value(field.getName()), field.getName());
            if (!SECOND_NAMES.contains(field.getName())) {
                assertEquals(field.getName(), Errno.name(errno));
                assertEquals(field.getName(), Errno.name(-errno));
                assertFalse(Errno.text(errno).isBlank(), field.getName());
                assertFalse(Errno.text(errno).startsWith("error "), field.getName());
                constants++;
            }
        }
        // 1..133 less 41 and 58, which Linux leaves out; 512..530 less 520.
        assertEquals(131 + 18, constants);
    }

    @Test
    void constants_someThatMatter_haveLinuxValues() {
        assertEquals(4, Errno.EINTR);
        assertEquals(11, Errno.EAGAIN);
        assertEquals(22, Errno.EINVAL);
        assertEquals(61, Errno.ENODATA);
        assertEquals(90, Errno.EMSGSIZE);
        assertEquals(94, Errno.ESOCKTNOSUPPORT);
        assertEquals(95, Errno.EOPNOTSUPP);
        assertEquals(105, Errno.ENOBUFS);
        assertEquals(111, Errno.ECONNREFUSED);
        assertEquals(512, Errno.ERESTARTSYS);
        assertEquals(524, Errno.ENOTSUPP);
    }

    @Test
    void name_numberWithoutName_isItsDigits() {
        assertEquals("0", Errno.name(0));
        assertEquals("41", Errno.name(-41));
        assertEquals("99999", Errno.name(99999));
        assertEquals("2147483648", Errno.name(Integer.MIN_VALUE));
        assertEquals("success", Errno.text(0));
        assertEquals("error 41", Errno.text(-41));
    }

    @Test
    void value_unknownName_isRefusedWithTheName() {
        var e = assertThrows(IllegalArgumentException.class, () -> Errno.value("ENOSUCH"));
        assertTrue(String.valueOf(e.getMessage()).contains("ENOSUCH"), e::getMessage);
        assertFalse(Errno.isName("ENOSUCH"));
        assertTrue(Errno.isName("EWOULDBLOCK"));
    }

    @Test
    void isError_resultsAndErrors_areToldApart() {
        assertFalse(Errno.isError(0));
        assertFalse(Errno.isError(7));
        assertTrue(Errno.isError(-1));
        assertTrue(Errno.isError(-4095));
        assertFalse(Errno.isError(-4096));
    }

    @Test
    void exception_fromNegativeReturn_tellsCallNameAndPositiveNumber() {
        var e = new ErrnoException("recvmsg", -Errno.ENOBUFS);
        assertEquals(Errno.ENOBUFS, e.errno());
        assertEquals("ENOBUFS", e.name());
        assertEquals("recvmsg", e.call());
        assertTrue(String.valueOf(e.getMessage()).startsWith("recvmsg: ENOBUFS ("), e::getMessage);
        assertThrows(IllegalArgumentException.class, () -> new ErrnoException("bind", 0));
    }
}
