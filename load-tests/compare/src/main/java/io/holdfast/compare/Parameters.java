package io.holdfast.compare;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Arguments {@code name=value}. For one thread. */
final class Parameters {
    private final Map<String, String> given;
    private final SortedSet<String> known = new TreeSet<>();

    private Parameters(Map<String, String> given) {
        this.given = given;
    }

    static Parameters of(String... arguments) {
        // "true" is what Maven makes of -Dcompare without a value.
        return new Parameters(Arrays.stream(arguments)
                .filter(argument -> !argument.equals("true"))
                .map(argument -> argument.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair.length == 2 ? pair[1] : "")));
    }

    String text(String name, String usual) {
        known.add(name);
        return given.getOrDefault(name, usual);
    }

    int number(String name, int usual) {
        String text = text(name, Integer.toString(usual));
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notOne) {
            throw new IllegalArgumentException(
                    "The parameter " + name + " is '" + text + "': give a whole number.", notOne);
        }
    }

    /** After all have been asked for. */
    void requireAllKnown() {
        given.keySet().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException(
                            "There is no parameter '" + name + "'; there are " + known + ".");
                });
    }
}
