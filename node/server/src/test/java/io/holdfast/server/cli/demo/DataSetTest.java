package io.holdfast.server.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.server.cli.CliRun;
import io.holdfast.server.cli.FakeNode;
import io.holdfast.server.cli.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The shipped data set is whole: every row has every field, in its bounds, under a key of its own. */
class DataSetTest {
    private static final Set<String> CONTINENTS =
            Set.of("Africa", "Asia", "Europe", "North America", "South America", "Oceania");

    @Test
    void everyRowIsWhole() throws IOException {
        byte[] csv;
        try (InputStream in = DataSetTest.class.getClassLoader().getResourceAsStream("demo/countries.csv")) {
            csv = Objects.requireNonNull(in).readAllBytes();
        }
        List<String> lines = new String(csv, StandardCharsets.UTF_8).lines().toList();
        try (FakeNode node = new FakeNode().with("countries")) {
            CliRun run =
                    CliRun.of(node.endpoint(), csv, "import", "countries", "-", "--key", "code", "--format", "csv");
            assertThat(run.exitCode()).as(run.err()).isZero();
            assertThat(node.size()).isEqualTo(lines.size() - 1).isGreaterThan(200);
            Set<String> capitals = new HashSet<>();
            for (var entry : Json.MAPPER.readTree(
                    CliRun.of(node, "scan", "countries", "--json").out())) {
                var row = Json.MAPPER.readTree(entry.get("value").asText());
                assertThat(row.get("code").asText()).matches("[A-Z]{2}");
                assertThat(row.get("name").asText()).isNotBlank();
                assertThat(Math.abs(row.get("latitude").asDouble(99))).isLessThan(70);
                assertThat(Math.abs(row.get("longitude").asDouble(199))).isLessThanOrEqualTo(180);
                assertThat(row.get("currency").asText()).matches("[A-Z]{3}");
                assertThat(row.get("calling_code").asText()).matches("\\+[0-9]{1,3}(-[0-9]{3})?");
                assertThat(CONTINENTS).contains(row.get("continent").asText());
                capitals.add(row.get("capital").asText());
            }
            assertThat(capitals).hasSizeGreaterThan(215);
        }
    }
}
