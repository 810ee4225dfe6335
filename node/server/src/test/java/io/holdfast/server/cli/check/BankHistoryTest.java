package io.holdfast.server.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.server.cli.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BankHistoryTest {
    private final BankHistory history = new BankHistory(200);

    @TempDir
    private Path directory;

    @Test
    void findsAnAuditThatMissesMoney() {
        history.audit(1, "ok", true, Map.of(0, 95L, 1, 105L));
        assertThat(history.wrong()).isEmpty();
        history.audit(2, "fail", true, Map.of());
        assertThat(history.wrong()).isEmpty();

        history.audit(3, "ok", true, Map.of(0, 95L, 1, 100L));

        assertThat(history.wrong()).hasValueSatisfying(what -> assertThat(what).contains("given 200", "found 195"));
        assertThat(history.audits()).isEqualTo(2);
    }

    @Test
    void findsAnAccountBelowNothing() {
        history.audit(1, "ok", true, Map.of(0, -5L, 1, 205L));
        assertThat(history.wrong()).hasValueSatisfying(what -> assertThat(what).contains("less than nothing"));
    }

    @Test
    void isWrittenAsJepsensCheckersReadIt() throws IOException {
        history.transfer(0, "invoke", 3, 4, 5);
        history.transfer(0, "ok", 3, 4, 5);
        history.audit(1, "invoke", true, Map.of());
        history.audit(1, "ok", true, Map.of(3, 95L, 4, 105L));
        Path file = directory.resolve("bank");
        try (var out = Files.newOutputStream(file)) {
            history.write(out);
        }

        List<String> lines = Files.readAllLines(file);
        JsonNode transfer = Json.MAPPER.readTree(lines.get(1));
        assertThat(transfer.at("/type").asText()).isEqualTo("ok");
        assertThat(transfer.at("/f").asText()).isEqualTo("transfer");
        assertThat(transfer.at("/value/amount").asInt()).isEqualTo(5);
        assertThat(Json.MAPPER.readTree(lines.get(2)).at("/value").isNull()).isTrue();
        JsonNode read = Json.MAPPER.readTree(lines.get(3));
        assertThat(read.at("/index").asInt()).isEqualTo(3);
        assertThat(read.at("/value/4").asInt()).isEqualTo(105);
        assertThat(history.transfers()).isEqualTo(1);
        assertThat(history.strictAudits()).isEqualTo(1);
        assertThat(history.snapshotAudits()).isZero();
    }
}
