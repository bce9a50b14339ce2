package org.vkernel.emulator.module;

import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The places in a module's source where its code reports to {@link ModulePoints}, by number.
 *
 * <p>One table serves all classes of a module, so that a number is enough to find the line. The
 * numbers depend on nothing but the class files.
 */
public final class ModuleSites {
    /** What happens at a site. */
    public enum Kind {
        FIELD,
        STATIC_FIELD,
        ARRAY,
        LOOP
    }

    /**
     * One instruction of a module.
     *
     * @param className the class's name with dots
     * @param method the method's name; a lambda's body has the name that the compiler gave it
     * @param file the source file's name without folder
     * @param line the line, or 0 if the class was compiled without line numbers
     * @param target what is accessed: {@code Hello.counter}, {@code int[]}, or the empty string for
     *     a loop
     * @param isVolatile whether {@code target} is a volatile field: such accesses are never a race
     */
    public record Site(
            Kind kind,
            String className,
            String method,
            String file,
            int line,
            String target,
            boolean isVolatile) {
        /** The place as a stack trace shows it: {@code Hello.poll(Hello.java:12)}. */
        public String place() {
            return className + "." + method + "(" + file + ":" + line + ")";
        }

        @Override
        public String toString() {
            return switch (kind) {
                case FIELD, STATIC_FIELD -> "field " + target + " at " + place();
                case ARRAY -> "element of " + target + " at " + place();
                case LOOP -> "loop at " + place();
            };
        }
    }

    private final ImmutableList<Site> sites;
    private final int[] locations;

    private ModuleSites(ImmutableList<Site> sites, int[] locations) {
        this.sites = sites;
        this.locations = locations;
    }

    /** Returns the place with that number. */
    public Site site(int site) {
        checkElementIndex(site, sites.size(), "site");
        return sites.get(site);
    }

    /**
     * Returns the number of the field that is accessed at {@code site}, the same for all sites that
     * access it: with the object's number it names a place in memory. 0 for arrays and loops.
     */
    public int location(int site) {
        return locations[site];
    }

    /** Returns how many sites there are; they are numbered from 0. */
    public int size() {
        return sites.size();
    }

    /** Collects sites while a module's classes are instrumented. */
    static final class Builder {
        private final List<Site> sites = new ArrayList<>();
        private final List<Integer> locations = new ArrayList<>();
        private final Map<ModuleClass.Field, Integer> fieldNumbers = new HashMap<>();

        int addField(ModuleClass where, String method, int line, ModuleClass.Field field) {
            Kind kind = field.isStatic() ? Kind.STATIC_FIELD : Kind.FIELD;
            String target = simpleName(field.owner().javaName()) + "." + field.name();
            int location = fieldNumbers.computeIfAbsent(field, f -> fieldNumbers.size() + 1);
            return add(kind, where, method, line, target, field.isVolatile(), location);
        }

        int addArray(ModuleClass where, String method, int line, String type) {
            return add(Kind.ARRAY, where, method, line, type, false, 0);
        }

        int addLoop(ModuleClass where, String method, int line) {
            return add(Kind.LOOP, where, method, line, "", false, 0);
        }

        private int add(
                Kind kind,
                ModuleClass where,
                String method,
                int line,
                String target,
                boolean isVolatile,
                int location) {
            sites.add(
                    new Site(
                            kind,
                            where.javaName(),
                            method,
                            where.sourceFile(),
                            line,
                            target,
                            isVolatile));
            locations.add(location);
            return sites.size() - 1;
        }

        ModuleSites build() {
            return new ModuleSites(
                    ImmutableList.copyOf(sites),
                    locations.stream().mapToInt(Integer::intValue).toArray());
        }

        private static String simpleName(String javaName) {
            return javaName.substring(javaName.lastIndexOf('.') + 1);
        }
    }
}
