package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.core.Bytes;
import io.holdfast.core.partition.PartitionView;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.WriteId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas on nodes where others take all the memory that there is for what is under way. */
class WorkMemoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long ALL = 1L << 40;

    private final List<ByteBudget.Share> others = new ArrayList<>();

    @TempDir
    Path dir;

    private ReplicaGroup group;
    private long sequence;

    @BeforeEach
    void start() {
        group = new ReplicaGroup(JournalKind.rocksdb(dir), List.of("a", "b", "c"));
        group.sites().forEach(group::start);
    }

    @AfterEach
    void stop() {
        group.close();
    }

    private Command put(String value) {
        return command(new Command.Put(Bytes.utf8("key" + sequence % 7), Bytes.utf8(value), Condition.NONE));
    }

    private Command command(Command.Operation operation) {
        return new Command(new WriteId(7, ++sequence), sequence, Long.MAX_VALUE, operation);
    }

    private Optional<Reply> submit(Command command) {
        return group.ask(
                (id, replyTo) -> new ReplicaMessage.Write(id, replyTo, WriteConcern.MAJORITY, 1000, List.of(command)));
    }

    private void write(Command command) {
        await().atMost(PATIENCE)
                .until(() ->
                        submit(command).filter(Reply.Written.class::isInstance).isPresent());
    }

    private void othersTake(ByteBudget budget) {
        ByteBudget.Share share = budget.share();
        share.set(ALL);
        others.add(share);
    }

    private void othersEnd() {
        others.forEach(share -> share.set(0));
    }

    @Test
    void writesThatBringDataAreRefusedUntilThereIsMemory() {
        write(put("first"));
        group.sites().forEach(site -> othersTake(group.work(site).writes()));

        Command refused = put("second");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(submit(refused))
                .containsInstanceOf(Reply.Refused.class)
                .map(reply -> ((Reply.Refused) reply).reason())
                .contains(Reply.Refusal.OVERLOADED));
        write(command(new Command.Delete(Bytes.utf8("key1"), Condition.NONE)));

        othersEnd();
        write(refused);
    }

    @Test
    void aSiteThatNeedsAnImageWaitsUntilThereIsMemoryForIt() {
        write(put("first"));
        String away = group.otherThan(group.awaitLeader());
        group.kill(away);
        for (int i = 2; i <= 60; i++) {
            write(put("x".repeat(100_000) + i));
        }
        group.sites().stream()
                .filter(site -> !site.equals(away))
                .forEach(site -> othersTake(group.work(site).images()));
        group.start(away);
        await().atMost(PATIENCE).until(() -> group.view(away)
                .filter(view -> view.leader().isPresent())
                .isPresent());
        int heard = group.sent().size();
        await().atMost(PATIENCE).until(() -> group.sent().size() > heard + 100);
        assertThat(committed(away)).isNotEqualTo(committed(group.awaitLeader()));

        othersEnd();

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(committed(away)).isPresent().isEqualTo(committed(group.awaitLeader())));
    }

    private Optional<Long> committed(String site) {
        return group.view(site).map(PartitionView::commitIndex);
    }
}
