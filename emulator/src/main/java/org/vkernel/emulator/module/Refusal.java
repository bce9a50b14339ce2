package org.vkernel.emulator.module;

/**
 * One reason why a module is not loaded.
 *
 * @param file the source file's name without folder
 * @param line the line, or 0 if the class was compiled without line numbers
 * @param what what the code does there: {@code uses java.lang.Thread}
 * @param useInstead what kernel code has in its place: {@code ModuleContext.kthreadRun}
 */
public record Refusal(String file, int line, String what, String useInstead) {
    /** {@code Hello.java:12: uses java.lang.Thread: use ModuleContext.kthreadRun}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what + ": use " + useInstead;
    }
}
