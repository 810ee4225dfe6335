package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.v1.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/errors.md is what callers rely on: it must say what the code does, of every reason. */
class ErrorsDocTest {
    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| `(\\w+)` \\| ([^|]+) \\| ([^|]+) \\|");

    private static final Pattern ROW_OF_SDK = Pattern.compile("\\| `(\\w+)` \\| ([a-z ]+) \\| ([^|]+\\.) \\|");

    private static List<String> lines() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/errors.md"))) {
            root = root.getParent();
            assertThat(root).as("a directory above that holds docs/errors.md").isNotNull();
        }
        return Files.readAllLines(root.resolve("docs/errors.md"));
    }

    private static Map<String, String> documented() throws IOException {
        var rows = new LinkedHashMap<String, String>();
        for (String line : lines()) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                assertThat(row.group(4)).as(row.group(1)).endsWith(".");
                assertThat(rows.put(row.group(1), row.group(2) + " / " + row.group(3)))
                        .as("a second row of %s", row.group(1))
                        .isNull();
            }
        }
        return rows;
    }

    @Test
    void everyReasonIsDocumentedWithItsStatusAndRetryRule() throws IOException {
        Map<String, String> coded = Stream.of(Reason.values())
                .filter(reason -> reason != Reason.REASON_UNSPECIFIED && reason != Reason.UNRECOGNIZED)
                .map(ErrorRule::of)
                .collect(Collectors.toMap(
                        rule -> rule.reason().name(),
                        rule -> rule.code() + " / " + rule.retry().words()));
        assertThat(documented()).containsExactlyInAnyOrderEntriesOf(coded);
    }

    @Test
    void everyReasonOfTheClientAloneIsDocumentedWithItsRetryRule() throws IOException {
        Set<String> ofNodes = Stream.of(ErrorRule.values()).map(ErrorRule::name).collect(Collectors.toSet());
        Map<String, String> coded = Stream.of(io.holdfast.client.Reason.values())
                .filter(reason -> !ofNodes.contains(reason.name()))
                .collect(Collectors.toMap(Enum::name, reason -> switch (reason.retry()) {
                    case NEVER -> "never";
                    case SAME_ID -> "same write id";
                    case AS_NEW -> "as new";
                    case ASK_OUTCOME -> "ask for the outcome";
                }));
        Map<String, String> documented = lines().stream()
                .map(ROW_OF_SDK::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2)));
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(coded);
    }

    @Test
    void theClientRetriesByTheSameRules() {
        for (ErrorRule rule : ErrorRule.values()) {
            var client = io.holdfast.client.Reason.fromWire(rule.reason()).retry();
            assertThat(client)
                    .as(rule.name())
                    .isEqualTo(
                            switch (rule.retry()) {
                                case NEVER -> io.holdfast.client.Reason.Retry.NEVER;
                                case SAME_ID -> io.holdfast.client.Reason.Retry.SAME_ID;
                                case SAME_ID_OR_OUTCOME, OUTCOME -> io.holdfast.client.Reason.Retry.ASK_OUTCOME;
                            });
        }
    }
}
