package io.holdfast.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigOriginFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the user wrote (file and overrides, substitutions resolved), kept apart from the defaults, so that messages can
 * point at lines of the user's file.
 *
 * @param name the file's name, for messages about what is not in it
 * @param user what the user wrote
 * @param lines the line of each site in the file
 */
record SettingsSource(String name, Config user, Map<String, Integer> lines) {
    private static final String REFERENCE = "holdfast-reference.conf";
    private static final int LONGEST_SHOWN_REASON = 300;
    static final String OVERRIDE_ORIGIN = "command line";

    static SettingsSource ofFile(Path path, Map<String, ?> overrides) {
        String name = path.toString();
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            String what = !Files.exists(path)
                    ? "The file does not exist"
                    : Files.isDirectory(path)
                            ? "This is a directory"
                            : Files.isRegularFile(path)
                                    ? "The file cannot be read"
                                    : "This is no regular file, but a pipe or a device, which cannot be read again where it is needed";
            throw new SettingsException(List.of(new SettingsProblem(
                    "",
                    Optional.of(what),
                    name,
                    "a configuration file in HOCON that this user can read",
                    "check the path (relative paths start at " + Path.of("").toAbsolutePath()
                            + ") and the permissions")));
        }
        SettingsText.requireUtf8(path, name);
        return of(name, () -> ConfigFactory.parseFile(path.toFile(), options(name)), overrides);
    }

    static SettingsSource ofText(String hocon, String name, Map<String, ?> overrides) {
        return of(name, () -> ConfigFactory.parseString(hocon, options(name).setOriginDescription(name)), overrides);
    }

    /** The defaults and, with {@code null} for what has none, the list of all keys. */
    static Config reference() {
        return ConfigFactory.parseResources(
                        SettingsSource.class.getClassLoader(),
                        REFERENCE,
                        ConfigParseOptions.defaults().setAllowMissing(false))
                .resolve();
    }

    private static ConfigParseOptions options(String name) {
        // Only the suffixes that mean another language are left to the library; any other name is HOCON.
        ConfigParseOptions options =
                ConfigParseOptions.defaults().setAllowMissing(false).setIncluder(new StrictIncluder(name));
        return name.endsWith(".json") ? options : options.setSyntax(ConfigSyntax.CONF);
    }

    private static SettingsSource of(String name, Supplier<Config> parse, Map<String, ?> overrides) {
        try {
            Config file = parse.get();
            Config user = override(overrides).withFallback(file);
            return new SettingsSource(name, user.resolve(), lines(file));
        } catch (ConfigException e) {
            throw new SettingsException(List.of(unreadable(name, e)));
        } catch (StackOverflowError tooDeep) {
            // The library goes down into each brace and bracket; nothing is held that would be left half done.
            throw new SettingsException(List.of(new SettingsProblem(
                    "",
                    Optional.of("The braces or brackets are nested too deeply"),
                    name,
                    "sections within sections as holdfast-reference.conf has them",
                    "look for a line that opens many at once")));
        }
    }

    private static Config override(Map<String, ?> overrides) {
        Config config = ConfigFactory.empty(OVERRIDE_ORIGIN);
        for (Map.Entry<String, ?> each : overrides.entrySet()) {
            try {
                config = config.withValue(each.getKey(), overriding(each.getValue()));
            } catch (ConfigException.BadPath e) {
                throw new SettingsException(List.of(new SettingsProblem(
                        each.getKey(),
                        Optional.of(String.valueOf(each.getValue())),
                        OVERRIDE_ORIGIN,
                        "the full path of a setting, such as site.name",
                        "correct the path")));
            }
        }
        return config;
    }

    /** What is a list in HOCON is taken as one. An address of IPv6 in brackets is none, and so text. */
    private static ConfigValue overriding(Object value) {
        if (value instanceof String text && text.startsWith("[")) {
            try {
                ConfigValue list = ConfigFactory.parseString("list = " + text).getValue("list");
                if (list.valueType() == ConfigValueType.LIST) {
                    return list.withOrigin(ConfigOriginFactory.newSimple(OVERRIDE_ORIGIN));
                }
            } catch (ConfigException noList) {
                return ConfigValueFactory.fromAnyRef(text, OVERRIDE_ORIGIN);
            }
        }
        return ConfigValueFactory.fromAnyRef(value, OVERRIDE_ORIGIN);
    }

    private static SettingsProblem unreadable(String name, ConfigException e) {
        String where = e.origin() == null ? name : describe(e.origin());
        String text = syntaxError(e.getMessage());
        if (e.origin() != null && text.startsWith(e.origin().description() + ": ")) {
            text = text.substring(e.origin().description().length() + 2);
        }
        text = shorten(text);
        if (e instanceof ConfigException.IO) {
            return new SettingsProblem(
                    "",
                    Optional.of(text.replaceFirst("^[a-zA-Z.]+Exception: ", "")),
                    where,
                    "a file that can be read",
                    "look at the disk, and at the permissions of the file");
        }
        if (e instanceof ConfigException.UnresolvedSubstitution) {
            return new SettingsProblem(
                    "",
                    Optional.of(text),
                    where,
                    "${...} names a setting of this file or an environment variable that is set",
                    "set it, or write ${?...} if it may be missing");
        }
        return new SettingsProblem(
                "",
                Optional.of(text),
                where,
                "HOCON, such as: site { name = a }",
                "correct this line or the lines before it: often a brace or a quote is missing");
    }

    /** The library may name all the sources of a value, which nobody reads. */
    static String shorten(String reason) {
        return reason.length() > LONGEST_SHOWN_REASON ? reason.substring(0, LONGEST_SHOWN_REASON) + "..." : reason;
    }

    /** The library's words, without what misleads: at the end of a file it always asks for a parenthesis. */
    private static String syntaxError(String text) {
        return text.endsWith("not: end of file")
                ? "The file ends too early: a closing brace or bracket is missing"
                : text.replaceFirst(" +has type LIST rather than object.*", " The file is a list, not settings")
                        .replaceFirst("(?s) \\(if you intended .*", "");
    }

    boolean isWritten(String path) {
        return user.hasPath(path);
    }

    /** Where a setting was written, or, when it was not, the section that it is missing from. */
    String where(String path) {
        Optional<ConfigValue> written = written(path);
        if (written.isPresent()) {
            return describe(written.get().origin());
        }
        int dot = path.lastIndexOf('.');
        Optional<ConfigValue> section = dot < 0 ? Optional.empty() : written(path.substring(0, dot));
        return section.map(ConfigValue::origin)
                .filter(origin -> origin.lineNumber() > 0)
                .map(SettingsSource::describe)
                .orElse(name);
    }

    private Optional<ConfigValue> written(String path) {
        return user.hasPath(path) ? Optional.of(user.getValue(path)) : Optional.empty();
    }

    static String describe(ConfigOrigin origin) {
        String text = Optional.ofNullable(origin.filename())
                .orElseGet(() -> origin.description().replaceFirst(": \\d+(-\\d+)?$", ""));
        return origin.lineNumber() > 0 ? text + ":" + origin.lineNumber() : text;
    }

    private static Map<String, Integer> lines(Config file) {
        // What only an override provides is missing here; a line can be told without it.
        ConfigValue sites = file.resolve(ConfigResolveOptions.defaults().setAllowUnresolved(true))
                .root()
                .get("sites");
        Map<String, Integer> lines = new HashMap<>();
        if (sites instanceof ConfigObject object) {
            try {
                object.forEach((site, value) -> lines.put(site, value.origin().lineNumber()));
            } catch (ConfigException.NotResolved e) {
                // The section as a whole comes from elsewhere, so it has no order of its own: names decide.
                return Map.of();
            }
        }
        return Map.copyOf(lines);
    }

    /**
     * Names of the sites as the file orders them. HOCON objects have no order, so it is taken from the lines. Overrides are
     * left out on purpose: they differ from node to node, the order must not.
     */
    List<String> siteNames() {
        if (!user.hasPath("sites") || user.getValue("sites").valueType() != ConfigValueType.OBJECT) {
            return List.of();
        }
        Comparator<String> byLine = Comparator.comparingInt(site -> lines.getOrDefault(site, Integer.MAX_VALUE));
        return user.getObject("sites").keySet().stream()
                .sorted(byLine.thenComparing(Comparator.naturalOrder()))
                .toList();
    }
}
