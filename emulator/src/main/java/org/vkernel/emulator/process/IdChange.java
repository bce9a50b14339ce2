package org.vkernel.emulator.process;

import static org.vkernel.emulator.process.Credentials.KEEP;

import org.jspecify.annotations.Nullable;

/**
 * Which ids a process may take: the rules of kernel/sys.c, the same for users and groups.
 *
 * <p>The three ids of a kind, as they are and as they are to be. Null stands for {@code -EPERM}.
 *
 * @param real the real id
 * @param effective the effective id
 * @param saved the saved id
 */
record IdChange(int real, int effective, int saved) {

    /** Models {@code __sys_setuid()}. */
    @Nullable IdChange set(int id, boolean capable) {
        if (capable) {
            return new IdChange(id, id, id);
        }
        return id == real || id == saved ? new IdChange(real, id, saved) : null;
    }

    /** Models {@code __sys_setreuid()}. */
    @Nullable IdChange setReal(int toReal, int toEffective, boolean capable) {
        if (toReal != KEEP && !capable && toReal != real && toReal != effective) {
            return null;
        }
        if (toEffective != KEEP && !capable && !has(toEffective)) {
            return null;
        }
        int newReal = toReal == KEEP ? real : toReal;
        int newEffective = toEffective == KEEP ? effective : toEffective;
        boolean saves = toReal != KEEP || (toEffective != KEEP && toEffective != real);
        return new IdChange(newReal, newEffective, saves ? newEffective : saved);
    }

    /** Models {@code __sys_setresuid()}. */
    @Nullable IdChange setAll(int toReal, int toEffective, int toSaved, boolean capable) {
        if (!capable && !(mayTake(toReal) && mayTake(toEffective) && mayTake(toSaved))) {
            return null;
        }
        return new IdChange(
                toReal == KEEP ? real : toReal,
                toEffective == KEEP ? effective : toEffective,
                toSaved == KEEP ? saved : toSaved);
    }

    private boolean mayTake(int id) {
        return id == KEEP || has(id);
    }

    private boolean has(int id) {
        return id == real || id == effective || id == saved;
    }
}
