package org.vkernel.emulator.module.sample;

final class Helper {
    static final String BASE = "base".trim();
    static int calls = 10;

    private Helper() {}

    static int[] squares(int n) {
        calls++;
        int[] result = new int[n];
        for (int i = 0; i < n; i++) {
            result[i] = i * i;
        }
        return result;
    }

    static State next(State state) {
        calls++;
        return switch (state) {
            case IDLE -> State.BUSY;
            case BUSY -> State.DONE;
            case DONE -> State.IDLE;
        };
    }
}
