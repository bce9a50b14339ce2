package org.vkernel.emulator.module.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An interface whose field is set by code; it cannot be anything but final. */
interface Limits {
    int MAX = 3;
    List<Integer> LIST = new ArrayList<>(Arrays.asList(MAX, Helper.BASE.length()));
}
