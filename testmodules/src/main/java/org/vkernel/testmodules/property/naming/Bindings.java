package org.vkernel.testmodules.property.naming;

import com.google.common.base.Splitter;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How often the owner of a protocol has been told that a socket joins each group, or leaves it. */
final class Bindings {
    /** By group; none of them is 0. */
    private final Map<Integer, Integer> counts = new TreeMap<>();

    /** Takes what the owner was asked and told; what it refused does not count. */
    void note(List<String> told, ProtocolModel protocol, boolean capable) {
        for (String what : told) {
            List<String> words = Splitter.on(' ').splitToList(what);
            int group = Integer.parseInt(words.get(1));
            switch (words.getFirst()) {
                case "bind" -> {
                    if (protocol.answer(group, capable) == 0) {
                        add(group, 1);
                    }
                }
                case "unbind" -> add(group, -1);
                default -> {
                    // Of a port id.
                }
            }
        }
    }

    private void add(int group, int more) {
        counts.merge(group, more, (before, now) -> before + now == 0 ? null : before + now);
    }

    /** Whether it is bound to each of these groups once, and to no other; a bit each, from 0. */
    boolean areThoseOf(BitSet groups) {
        return counts.size() == groups.cardinality()
                && groups.stream().allMatch(bit -> counts.getOrDefault(bit + 1, 0) == 1);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
