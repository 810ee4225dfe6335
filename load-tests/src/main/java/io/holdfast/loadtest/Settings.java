package io.holdfast.loadtest;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The parameters of a simulation: system properties {@code holdfast.…}. One that cannot be read, or that nobody knows, fails the run before
 * it begins, with the value and what was expected. For one thread.
 */
final class Settings {
    private static final String PREFIX = "holdfast.";

    private final Map<String, String> given;
    private final SortedSet<String> known = new TreeSet<>();

    Settings(Map<String, String> properties) {
        this.given = properties.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(PREFIX))
                .collect(Collectors.toMap(entry -> entry.getKey().substring(PREFIX.length()), Map.Entry::getValue));
    }

    static Settings ofSystem() {
        return new Settings(System.getProperties().stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, System::getProperty)));
    }

    Optional<String> text(String name) {
        known.add(name);
        return Optional.ofNullable(given.get(name)).filter(text -> !text.isEmpty());
    }

    String text(String name, String usual) {
        return text(name).orElse(usual);
    }

    boolean flag(String name, boolean usual) {
        String text = text(name, Boolean.toString(usual)).toLowerCase(Locale.ROOT);
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong(name, text, "true or false");
        }
        return Boolean.parseBoolean(text);
    }

    int whole(String name, int usual, int least, int most) {
        String text = text(name, Integer.toString(usual));
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw wrong(name, text, "a whole number from " + least + " to " + most);
    }

    double number(String name, double usual, double least, double most) {
        String text = text(name, Double.toString(usual));
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw wrong(name, text, "a number from " + least + " to " + most);
    }

    /** Given in seconds, also as a fraction. */
    Duration seconds(String name, double usual, double least) {
        return Duration.ofMillis(Math.round(1000 * number(name, usual, least, 86_400)));
    }

    /** After all have been asked for. */
    void requireAllKnown() {
        given.keySet().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new IllegalArgumentException("There is no parameter -D" + PREFIX + name + " here; there are "
                            + known.stream().map(each -> PREFIX + each).collect(Collectors.joining(", ")) + ".");
                });
    }

    private static IllegalArgumentException wrong(String name, String value, String expected) {
        return new IllegalArgumentException(
                "The parameter -D" + PREFIX + name + " is '" + value + "': give " + expected + ".");
    }
}
