package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.holdfast.server.lease.MemoryCells;
import io.holdfast.server.lease.TestLeases;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeasedTenureTest {
    private static final PartitionId PARTITION = PartitionId.parse("shop/7");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final MemoryCells cells = new MemoryCells();
    private final TestLeases leases = new TestLeases(cells.link(), "a", "a1:1");
    private final Tenancy tenancy = Tenancy.leased(leases.leases(), 100, () -> 555);
    private final Queue<List<Lineage.Part>> retired = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        leases.close();
    }

    @Test
    void aJournalWhoseDeletionIsNotHeardOfIsDeletedAgainAlsoByTheNextHolder() {
        Tenure first = begun();
        long one = first.claim().orElseThrow().epoch();
        first.end();
        Tenure second = begun();
        second.snapshotSaved();
        var parts = List.of(new Lineage.Part(0, 0), new Lineage.Part(one, 0));
        assertThat(nextRetired()).isEqualTo(parts);
        second.snapshotSaved();
        assertThat(nextRetired()).isEqualTo(parts);

        second.deleted(parts.get(0));
        second.snapshotSaved();
        assertThat(nextRetired()).containsExactly(parts.get(1));
        long two = second.claim().orElseThrow().epoch();
        second.end();
        Tenure third = begun();
        third.snapshotSaved();
        assertThat(nextRetired()).containsExactly(parts.get(1), new Lineage.Part(two, 0));
    }

    /** Where each deletion fails the list of those that are to be tried again is bounded, but each has been tried once. */
    @Test
    void allOlderJournalsAreDeletedAtFirst() {
        int lives = Lineage.MOST_RETIRED + 10;
        Tenure last = begun();
        for (int life = 1; life < lives; life++) {
            last.end();
            last = begun();
        }
        last.snapshotSaved();
        assertThat(nextRetired()).hasSize(lives);
        last.snapshotSaved();
        assertThat(nextRetired()).hasSize(Lineage.MOST_RETIRED);
    }

    /** Takes the lease and settles, as if each journal before had one record. */
    private Tenure begun() {
        Tenure tenure = tenancy.begin(PARTITION, retired::add);
        Tenure.Claim claim = tenure.claim().orElseThrow();
        await().atMost(PATIENCE).until(() -> claim.take().toCompletableFuture().join());
        assertThat(claim.settle(claim.lineage().continuedBy(claim.epoch(), 1))
                        .toCompletableFuture()
                        .join())
                .isTrue();
        return tenure;
    }

    private List<Lineage.Part> nextRetired() {
        await().atMost(PATIENCE).until(() -> !retired.isEmpty());
        return retired.remove();
    }
}
