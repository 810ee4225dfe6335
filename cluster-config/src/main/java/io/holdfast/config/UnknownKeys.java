package io.holdfast.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Compares what the user wrote with the keys of the reference, and takes out what cannot be read as settings. */
final class UnknownKeys {
    /** The reference describes each site under this name. */
    static final String ANY_SITE = "<name>";

    static final String PASSTHROUGH = "pekko";

    private final Config reference;
    private final List<SettingsProblem> problems = new ArrayList<>();
    private final List<String> notSections = new ArrayList<>();
    private Config clean;

    UnknownKeys(Config user, Config reference) {
        this.reference = reference;
        this.clean = user;
        walk("", user.root(), reference.root());
    }

    List<SettingsProblem> problems() {
        return List.copyOf(problems);
    }

    /** Sections that were given a value instead, so that nothing is said about what they lack. */
    List<String> notSections() {
        return List.copyOf(notSections);
    }

    /** What the user wrote, without unknown keys, without values where a section belongs, and without {@code null}. */
    Config clean() {
        return clean;
    }

    private void walk(String section, ConfigObject written, ConfigObject known) {
        List<Map.Entry<String, ConfigValue>> byLine = written.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, ConfigValue>>comparingInt(
                                each -> each.getValue().origin().lineNumber())
                        .thenComparing(Map.Entry::getKey))
                .toList();
        for (Map.Entry<String, ConfigValue> each : byLine) {
            String path = section.isEmpty()
                    ? ConfigUtil.joinPath(each.getKey())
                    : section + "." + ConfigUtil.joinPath(each.getKey());
            ConfigValue value = each.getValue();
            boolean passthrough = path.equals(PASSTHROUGH);
            ConfigValue model = section.equals("sites") ? known.get(ANY_SITE) : known.get(each.getKey());
            if (value.valueType() == ConfigValueType.NULL && (model != null || passthrough)) {
                clean = clean.withoutPath(path);
            } else if (model == null && !passthrough) {
                unknown(section, each.getKey(), path, value, known);
            } else if ((passthrough || model instanceof ConfigObject) && !(value instanceof ConfigObject)) {
                notASection(path, value);
            } else if (value instanceof ConfigObject inner && model instanceof ConfigObject innerModel) {
                walk(path, inner, innerModel);
            }
        }
    }

    private void unknown(String section, String key, String path, ConfigValue value, ConfigObject known) {
        clean = clean.withoutPath(path);
        TreeSet<String> names = new TreeSet<>(known.keySet());
        String inSection = section.isEmpty() ? "the file" : "\"" + section + "\"";
        Optional<String> closest = closest(key, names);
        String hint = closest.map(name -> section.isEmpty() ? name : section + "." + name)
                .or(() -> elsewhere(key))
                .map(name -> "did you mean " + name + "? Otherwise remove it")
                .orElse("remove it, or correct its name");
        problems.add(new SettingsProblem(
                path,
                Optional.of(isSecret(key, closest) ? "(hidden)" : SettingsReader.show(value)),
                SettingsSource.describe(value.origin()),
                "a key that exists; " + inSection + " may have: " + String.join(", ", names),
                hint));
    }

    /** Whether the value may be a password, under a name that is not quite right. */
    private static boolean isSecret(String key, Optional<String> closest) {
        return key.toLowerCase(Locale.ROOT).contains("pass")
                || closest.filter(name -> name.endsWith("password")).isPresent();
    }

    private void notASection(String path, ConfigValue value) {
        notSections.add(path);
        clean = clean.withoutPath(path);
        problems.add(new SettingsProblem(
                path,
                Optional.of(SettingsReader.show(value)),
                SettingsSource.describe(value.origin()),
                "a section, such as: " + path + " { ... }",
                "put the settings of this section into braces"));
    }

    /** A key of the same name in another section: somebody forgot the section, or chose the wrong one. */
    private Optional<String> elsewhere(String key) {
        return reference.root().entrySet().stream()
                .filter(each -> each.getValue() instanceof ConfigObject section && section.containsKey(key))
                .map(each -> each.getKey() + "." + key)
                .sorted()
                .findFirst();
    }

    private static Optional<String> closest(String key, TreeSet<String> names) {
        // Two swapped letters count as two changes; in very short keys two changes would make any key look near.
        int limit = key.length() <= 3 ? 1 : Math.max(2, key.length() / 3);
        return names.stream()
                .filter(name -> !name.equals(ANY_SITE) && distance(key, name) <= limit)
                .min(Comparator.comparingInt(name -> distance(key, name)));
    }

    /** Levenshtein's edit distance, case ignored. */
    static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
