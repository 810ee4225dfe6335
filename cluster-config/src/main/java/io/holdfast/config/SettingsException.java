package io.holdfast.config;

import java.util.List;

/**
 * The configuration cannot be used. It is the mistake of a person, not of the program: callers print {@link #getMessage()}
 * as it is, without a stack trace, and exit with code 2. Retrying without a change of the configuration is of no use.
 */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<SettingsProblem> problems;

    /** @param problems all mistakes that were found, at least one */
    public SettingsException(List<SettingsProblem> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    /** All mistakes, in the order in which they were found. Empty only for an exception that was itself deserialized. */
    public List<SettingsProblem> problems() {
        return problems == null ? List.of() : problems;
    }

    private static String message(List<SettingsProblem> problems) {
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a SettingsException needs at least one problem");
        }
        StringBuilder text = new StringBuilder(
                problems.size() == 1
                        ? "The configuration has a mistake:"
                        : "The configuration has " + problems.size() + " mistakes:");
        for (int i = 0; i < problems.size(); i++) {
            text.append("\n\n")
                    .append(i + 1)
                    .append(". ")
                    .append(problems.get(i).describe());
        }
        return text.append('\n').toString();
    }
}
