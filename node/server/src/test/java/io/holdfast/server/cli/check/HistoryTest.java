package io.holdfast.server.cli.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.checker.Transaction.Append;
import io.holdfast.checker.Transaction.Operation;
import io.holdfast.checker.Transaction.Read;
import io.holdfast.checker.Transaction.Status;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    private final BankHistory bank = new BankHistory(100);
    private long seconds;
    private final History history = new History(() -> TimeUnit.SECONDS.toNanos(seconds));

    @TempDir
    private Path directory;

    private void ran(String name, boolean strict, Status status, Operation... operations) {
        long invoked = history.invoked(1, List.of(operations), strict);
        history.completed(name, 1, invoked, status, strict, List.of(operations));
    }

    private Verdict verdict(List<Trouble> ofProcesses) {
        bank.transfer(2, "ok", 0, 1, 5);
        bank.audit(2, "ok", true, Map.of(0, 100L));
        bank.audit(2, "ok", false, Map.of(0, 100L));
        return Verdict.of(history, bank, ofProcesses, OptionalInt.of(1));
    }

    @Test
    void theTimeBehindTheLastCommitIsAGapToo() {
        seconds = 1;
        ran("T1", true, Status.COMMITTED, new Append("x", 1));
        seconds = 26;
        ran("T2", true, Status.ABORTED, new Append("x", 2));
        history.ended();
        seconds = 90;
        ran("T3", true, Status.COMMITTED, new Append("x", 3));
        assertThat(history.worstGapMillis()).isEqualTo(25_000);
    }

    @Test
    void aSnapshotHasTheSameNameAtBothEnds() throws IOException {
        ran("T1", true, Status.COMMITTED, new Append("x", 1));
        ran("S", false, Status.COMMITTED, new Read("x", List.of(1L)));
        var out = new ByteArrayOutputStream();
        history.write(out);
        var functions = new ArrayList<String>();
        JsonNode last = Json.object();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            last = Json.MAPPER.readTree(line);
            functions.add(last.at("/f").asText());
        }
        assertThat(functions).containsExactly("txn", "txn", "snapshot", "snapshot");
        assertThat(last.at("/value/0")).hasToString("[\"r\",\"x\",[1]]");
    }

    @Test
    void passesIfAllIsWell() {
        ran("T1", true, Status.COMMITTED, new Append("x", 1));
        assertThat(verdict(List.of()).line())
                .startsWith("check: PASS committed=1 ")
                .endsWith(" transfers=1 audits=2");
    }

    @Test
    void failsIfAProcessDied() {
        ran("T1", true, Status.COMMITTED, new Append("x", 1));
        Verdict verdict = verdict(List.of(new Trouble("died", "Process append-1 has died: it did")));
        assertThat(verdict.passed()).isFalse();
        assertThat(verdict.line()).startsWith("check: FAIL ").endsWith(" anomaly=died");
    }

    @Test
    void failsIfNothingWasAppended() {
        ran("T1", true, Status.COMMITTED, new Read("x", List.of()));
        ran("T2", true, Status.ABORTED, new Append("x", 1));
        Verdict verdict = verdict(List.of());
        assertThat(verdict.line()).endsWith(" anomaly=none");
        assertThat(verdict.troubles().get(0).words()).contains("any append that was committed.");
    }

    @Test
    void namesAllThatItHasNotHad() {
        bank.transfer(2, "fail", 0, 1, 5);
        bank.audit(2, "fail", true, Map.of());
        Verdict verdict = Verdict.of(history, bank, List.of(), OptionalInt.of(0));
        assertThat(verdict.troubles()).singleElement().satisfies(it -> assertThat(it.words())
                .contains("any append that was committed, any transfer that was committed, any audit in a transaction,"
                        + " any audit in a snapshot, any fault."));
        assertThat(verdict.passed()).isFalse();
    }

    @Test
    void oneKindOfAuditIsNotBoth() {
        ran("T1", true, Status.COMMITTED, new Append("x", 1));
        bank.transfer(2, "ok", 0, 1, 5);
        bank.audit(2, "ok", true, Map.of(0, 100L));
        assertThat(Verdict.of(history, bank, List.of(), OptionalInt.of(1)).passed())
                .isFalse();
        bank.audit(2, "ok", false, Map.of(0, 100L));
        assertThat(Verdict.of(history, bank, List.of(), OptionalInt.of(1)).passed())
                .isTrue();
        assertThat(Verdict.of(history, bank, List.of(), OptionalInt.of(0)).passed())
                .isFalse();
        assertThat(Verdict.of(history, bank, List.of(), OptionalInt.empty()).passed())
                .as("none were asked for")
                .isTrue();
    }

    @Test
    void aPlaceThatCannotBeWrittenIsToldBeforeTheRun() {
        String file = directory.resolve("absent/history").toString();
        assertThatThrownBy(() -> HistoryFiles.open(file))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(file);
    }

    @Test
    void keepsBoth() {
        var story = new ArrayList<String>();
        String file = directory.resolve("history").toString();
        try (HistoryFiles files = HistoryFiles.open(file)) {
            assertThat(files.write(history, bank, story::add)).isTrue();
        }
        assertThat(Path.of(file + ".bank")).exists();
        assertThat(story.get(0)).contains(file);
    }
}
