package io.holdfast.config;

import java.util.Objects;
import java.util.Optional;

/**
 * One mistake in a configuration, in the words of the person who has to correct it.
 *
 * @param key full path of the setting, such as {@code replication.lease-duration}; empty when the file as a whole is wrong
 * @param found the value as it was written, or empty when the setting is missing
 * @param where file and line ({@code three-sites.conf:12}), or the name of another source, such as the command line
 * @param expected what would have been right, with the reason when it is not obvious
 * @param action what to do next
 */
public record SettingsProblem(String key, Optional<String> found, String where, String expected, String action) {
    public SettingsProblem {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(found, "found");
        Objects.requireNonNull(where, "where");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(action, "action");
    }

    /** The problem as text of three lines without a final line end. */
    public String describe() {
        String head = key.isEmpty()
                ? found.orElse("The file cannot be used")
                : found.map(value -> key + " = " + value).orElse(key + " is not set");
        return head + "  (" + where + ")\n   expected: " + expected + "\n   to do: " + action;
    }
}
