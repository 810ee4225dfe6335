package io.holdfast.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigParseable;
import java.io.File;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Includes as the library does, and refuses what is missing, which the library passes over unless {@code required} is written: a
 * node whose limits stand in a file that was not copied would run with the defaults. For one reading of one file.
 */
final class StrictIncluder implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    /** The library gives up at 50, and says then that the file cannot be read. */
    private static final int DEEPEST = 30;

    /** Files that are being read, the innermost first. */
    private final Deque<String> reading = new ArrayDeque<>();

    private Optional<ConfigIncluder> library = Optional.empty();

    /** @param name of the file that is read first */
    StrictIncluder(String name) {
        reading.push(name);
    }

    /** The library's own view of what includes, in which nothing may be missing. */
    private record Strict(ConfigIncludeContext context) implements ConfigIncludeContext {
        @Override
        public ConfigParseable relativeTo(String filename) {
            ConfigParseable found = context.relativeTo(filename);
            // The library tries several endings of a name, and says of each what file that would be.
            Optional.ofNullable(found)
                    .map(ConfigParseable::origin)
                    .map(ConfigOrigin::filename)
                    .ifPresent(file -> SettingsText.requireUtf8(Path.of(file), file));
            return found;
        }

        @Override
        public ConfigParseOptions parseOptions() {
            return context.parseOptions().setAllowMissing(false);
        }

        @Override
        public ConfigIncludeContext setParseOptions(ConfigParseOptions options) {
            return new Strict(context.setParseOptions(options));
        }
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
        library = Optional.of(fallback);
        return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
        return named(what, ConfigIncluder.class, includer -> includer.include(new Strict(context), what));
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
        SettingsText.requireUtf8(what.toPath(), what.getPath());
        return named(
                what.getPath(), ConfigIncluderFile.class, includer -> includer.includeFile(new Strict(context), what));
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
        return named(
                what.toString(), ConfigIncluderURL.class, includer -> includer.includeURL(new Strict(context), what));
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
        return named(
                what, ConfigIncluderClasspath.class, includer -> includer.includeResources(new Strict(context), what));
    }

    private <T> ConfigObject named(String what, Class<T> kind, Function<T, ConfigObject> include) {
        String includes = reading.element();
        if (reading.size() > DEEPEST) {
            throw new SettingsException(List.of(new SettingsProblem(
                    "",
                    Optional.of("The file includes itself, or files include each other in a circle: \"" + what + "\""),
                    includes,
                    "files that end somewhere, " + DEEPEST + " within each other at most",
                    "remove one \"include\" of the circle")));
        }
        reading.push(what);
        try {
            return include.apply(kind.cast(library.orElseThrow()));
        } catch (ConfigException.IO e) {
            throw new SettingsException(List.of(new SettingsProblem(
                    "",
                    Optional.of("The included file \"" + what + "\" does not exist or cannot be read"),
                    includes,
                    "files that exist and can be read, the included ones as well",
                    "correct the name after \"include\", or the permissions of the file")));
        } finally {
            reading.pop();
        }
    }
}
