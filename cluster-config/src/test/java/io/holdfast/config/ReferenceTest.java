package io.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The reference is the documentation: it must be complete, and it must not differ from what the code does. */
class ReferenceTest {
    private static final String RESOURCE = "/holdfast-reference.conf";

    private static Map<String, ConfigValue> settings() {
        Map<String, ConfigValue> settings = new TreeMap<>();
        collect("", SettingsSource.reference().root(), settings);
        return settings;
    }

    private static void collect(String section, ConfigObject object, Map<String, ConfigValue> settings) {
        object.forEach((key, value) -> {
            String path = section.isEmpty() ? key : section + "." + key;
            if (value instanceof ConfigObject inner) {
                assertThat(ReferenceText.commentAbove(RESOURCE, value.origin().lineNumber()))
                        .as("comment of section " + path)
                        .isNotEmpty();
                collect(path, inner, settings);
            } else {
                settings.put(path, value);
            }
        });
    }

    @Test
    void everySettingHasItsUnitItsDefaultAndItsTradeOff() {
        settings().forEach((path, value) -> {
            String comment = ReferenceText.commentAbove(RESOURCE, value.origin().lineNumber());
            assertThat(comment)
                    .as("unit or kind of " + path)
                    .matches("(Duration|Size|Number|Ratio|TCP port|Directory|Name|List|PEM file|Text|Address|On or off|"
                            + "Password).*");
            assertThat(comment.split("[.:] ").length)
                    .as("sentences about " + path)
                    .isGreaterThanOrEqualTo(3);
            String written = value.valueType() == ConfigValueType.NULL
                    ? "(Required|Default: not set)"
                    : "Default: \\Q"
                            + value.render(ConfigRenderOptions.concise()).replaceAll("^\"(.+)\"$", "$1") + "\\E";
            assertThat(comment.replace("\"", "")).as("default of " + path).containsPattern(written.replace("\"", ""));
        });
    }

    @Test
    void theCodeReadsEverySettingAndNoOther() {
        List<String> read = new ArrayList<>();
        SettingsAssembly.assemble(
                SettingsSource.ofText(
                        "site { name = a, data-dir = d }, sites { a { hosts = [h] } }, tolerance.sites = 0",
                        "test.conf",
                        Map.of()),
                read);

        assertThat(read.stream().map(path -> path.replaceFirst("^sites\\.a\\.", "sites.<name>.")))
                .containsExactlyInAnyOrderElementsOf(settings().keySet());
    }

    @Test
    void linesFitAScreen() {
        for (String resource : List.of(RESOURCE, "/holdfast-pekko.conf")) {
            assertThat(ReferenceText.lines(resource)).as(resource).allMatch(line -> line.length() <= 120);
        }
    }
}
