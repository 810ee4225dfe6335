package io.holdfast.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Typed reads that collect mistakes instead of stopping at the first. A setting that is wrong reads as its default, and
 * {@link #good} tells the checks across settings to leave it alone, so that one mistake gives one message.
 */
final class SettingsReader {
    private static final int LONGEST_SHOWN_VALUE = 80;

    private final SettingsSource source;
    private final Config settings;
    private final Config defaults;
    private final List<SettingsProblem> problems = new ArrayList<>();
    private final Set<String> bad = new HashSet<>();
    private final Set<String> read = new HashSet<>();

    /** @param settings what the user wrote with the defaults below it */
    SettingsReader(SettingsSource source, Config settings, Config defaults) {
        this.source = source;
        this.settings = settings;
        this.defaults = defaults;
    }

    List<SettingsProblem> problems() {
        return List.copyOf(problems);
    }

    /** A mistake in this setting, or in a part of it, has been reported elsewhere. */
    void markBad(String path) {
        bad.add(path);
    }

    /** Every path that was asked for, so that a test can compare them with the reference. */
    Set<String> pathsRead() {
        return Set.copyOf(read);
    }

    boolean good(String... paths) {
        return Arrays.stream(paths).noneMatch(bad::contains);
    }

    boolean isWritten(String path) {
        return source.isWritten(path);
    }

    Optional<Integer> optionalInteger(String path, int min, int max) {
        return read(path, "a whole number from " + min + " to " + max, value -> wholeNumber(value)
                .filter(number -> number >= min && number <= max)
                .map(Math::toIntExact));
    }

    int integer(String path, int min, int max) {
        return orDefault(optionalInteger(path, min, max), path, value -> wholeNumber(value)
                .map(Math::toIntExact));
    }

    double ratio(String path, double min, double max) {
        Function<ConfigValue, Optional<Double>> parse = value -> parsed(value, config -> config.getDouble("v"));
        return orDefault(
                read(path, "a number from " + min + " to " + max, value -> parse.apply(value)
                        .filter(number -> number >= min && number <= max)),
                path,
                parse);
    }

    boolean bool(String path) {
        Function<ConfigValue, Optional<Boolean>> parse = value -> parsed(value, config -> config.getBoolean("v"));
        return orDefault(read(path, "true or false", parse), path, parse);
    }

    Duration duration(String path, Duration min, Duration max) {
        return duration(path, min, max, false);
    }

    /** As {@link #duration}, and zero is allowed as well, for "off". */
    Duration durationOrOff(String path, Duration min, Duration max) {
        return duration(path, min, max, true);
    }

    private Duration duration(String path, Duration min, Duration max, boolean zeroIsOff) {
        String expected = "a duration with its unit, from " + Units.show(min) + " to " + Units.show(max)
                + (zeroIsOff ? ", or 0s for off" : "");
        return orDefault(
                read(path, expected, value -> span(value)
                        .filter(span -> (zeroIsOff && span.isZero())
                                || (span.compareTo(min) >= 0 && span.compareTo(max) <= 0))),
                path,
                SettingsReader::span);
    }

    int bytes(String path, int min, int max) {
        return Math.toIntExact(manyBytes(path, min, max));
    }

    /** More than fit into an array, on a disk. */
    long manyBytes(String path, long min, long max) {
        String expected = "a size in bytes, from " + Units.show(min) + " to " + Units.show(max);
        return orDefault(
                read(path, expected, value -> size(value).filter(size -> size >= min && size <= max)),
                path,
                SettingsReader::size);
    }

    Optional<String> optionalText(String path) {
        return read(path, "a text", SettingsReader::scalar);
    }

    String text(String path) {
        return orDefault(optionalText(path), path, SettingsReader::scalar);
    }

    /** Empty for a setting that is empty or not set; otherwise absolute, counted from the working directory. */
    Optional<Path> optionalPath(String path) {
        return read(path, "a path of the file system (\"~\" is not expanded: write ${HOME}\"/...\")", value -> scalar(
                                value)
                        .flatMap(SettingsReader::file))
                .filter(file -> !file.toString().isEmpty())
                .map(file -> file.toAbsolutePath().normalize());
    }

    Optional<List<ConfigValue>> optionalList(String path, String expected) {
        return read(
                path,
                expected,
                value -> value instanceof ConfigList list
                                && list.stream().allMatch(each -> scalar(each).isPresent())
                        ? Optional.of(List.copyOf(list))
                        : Optional.empty());
    }

    <T> T oneOf(String path, String expected, Map<String, T> choices) {
        Function<ConfigValue, Optional<T>> parse = value -> scalar(value).map(choices::get);
        return orDefault(read(path, expected, parse), path, parse);
    }

    String where(String path) {
        return source.where(path);
    }

    /** Reports a mistake in the value of a setting as a whole. */
    void reject(String path, String expected, String action) {
        reject(path, shown(path), source.where(path), expected, action);
    }

    /** Reports a mistake in a part of a setting, such as one element of a list. */
    void reject(String path, Optional<String> found, String where, String expected, String action) {
        bad.add(path);
        problems.add(new SettingsProblem(path, found, where, expected, action));
    }

    /** Reports that a setting must be there. */
    void missing(String path, String expected, String action) {
        // A value that was there but wrong has been reported already.
        if (!bad.contains(path)) {
            reject(path, Optional.empty(), source.where(path), expected, action);
        }
    }

    /** The setting of the two that the user wrote, to blame it when they do not go together. */
    String blame(String first, String second) {
        return source.isWritten(first) || !source.isWritten(second) ? first : second;
    }

    static String show(ConfigValue value) {
        if (value.valueType() == ConfigValueType.OBJECT) {
            return "{ ... }";
        }
        String text = scalar(value).orElseGet(() -> value.render(ConfigRenderOptions.concise()));
        if (text.isEmpty() || !text.equals(text.strip())) {
            return "\"" + text + "\"";
        }
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= LONGEST_SHOWN_VALUE ? line : line.substring(0, LONGEST_SHOWN_VALUE) + "...";
    }

    private Optional<String> shown(String path) {
        if (!settings.hasPath(path)) {
            return Optional.empty();
        }
        boolean secret = path.endsWith("password");
        return Optional.of(
                (secret ? "(hidden)" : show(settings.getValue(path))) + (source.isWritten(path) ? "" : " (default)"));
    }

    private <T> Optional<T> read(String path, String expected, Function<ConfigValue, Optional<T>> parse) {
        read.add(path);
        if (!settings.hasPath(path)) {
            return Optional.empty();
        }
        Optional<T> value = parse.apply(settings.getValue(path));
        if (value.isEmpty()) {
            String action = defaults.hasPath(path)
                    ? "correct the value, or remove the line for the default, " + show(defaults.getValue(path))
                    : "correct the value";
            reject(path, expected, action);
        }
        return value;
    }

    private <T> T orDefault(Optional<T> value, String path, Function<ConfigValue, Optional<T>> parse) {
        return value.orElseGet(() -> parse.apply(defaults.getValue(path))
                .orElseThrow(
                        () -> new IllegalStateException("holdfast-reference.conf has a wrong default for " + path)));
    }

    /** As it was written: {@code 007} is no number to who means a password. */
    static Optional<String> scalar(ConfigValue value) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> parsed(value, config -> config.getString("v"));
            case LIST, OBJECT, NULL -> Optional.empty();
        };
    }

    /** As a number is usually written, however it was: {@code 1e3} is 1000. */
    private static Optional<String> usual(ConfigValue value) {
        return value.valueType() == ConfigValueType.NUMBER
                ? Optional.of(String.valueOf(value.unwrapped()))
                : scalar(value);
    }

    private static Optional<Path> file(String text) {
        try {
            return text.startsWith("~") ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            // Empty means "not a path": the caller reports it with the setting's key and line, which are not known
            // here.
            return Optional.empty();
        }
    }

    private static Optional<Long> wholeNumber(ConfigValue value) {
        return usual(value).filter(text -> text.matches("-?\\d{1,18}")).map(Long::parseLong);
    }

    /** The library reads a bare number as milliseconds; a unit is asked for, since "30" was meant as seconds too often. */
    private static Optional<Duration> span(ConfigValue value) {
        Optional<String> text = usual(value);
        if (text.filter("0"::equals).isPresent()) {
            return Optional.of(Duration.ZERO);
        }
        return text.filter(each -> each.matches("[0-9.]+\\s*[a-zA-Z]+"))
                .flatMap(each -> parsed(value, config -> config.getDuration("v")));
    }

    private static Optional<Long> size(ConfigValue value) {
        return usual(value)
                .filter(text -> text.matches("[0-9.]+\\s*[a-zA-Z]*"))
                .flatMap(text -> parsed(value, config -> config.getBytes("v")));
    }

    private static <T> Optional<T> parsed(ConfigValue value, Function<Config, T> parse) {
        if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse.apply(ConfigFactory.empty().withValue("v", value)));
        } catch (ConfigException e) {
            // The library's words name its own types; the caller says what was expected in the user's.
            return Optional.empty();
        }
    }
}
