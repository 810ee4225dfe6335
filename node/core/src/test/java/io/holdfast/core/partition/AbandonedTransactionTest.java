package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.ReadWriteSet;
import io.holdfast.core.store.WriteId;
import io.holdfast.core.txn.Unfinished;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a coordinator at a lost site has prepared is settled before its locks run out (docs/protocol.md, section 15). */
class AbandonedTransactionTest {
    private static final int LOCK_MILLIS = 30_000;
    private static final Participant DECIDER = new Participant("elsewhere", 0);
    private static final WriteId ID = new WriteId(7, 1);

    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));
    private final List<Unfinished> asked = new ArrayList<>();
    private long prepares;

    AbandonedTransactionTest() {
        cluster.observe((site, out) -> asked.addAll(out.unfinished()));
    }

    private void prepareFrom(String site) {
        prepareFrom(Optional.of(new SiteId(site)));
    }

    private void prepareFrom(Optional<SiteId> site) {
        long token = ++prepares;
        var write = new ReadWriteSet.Write(Bytes.utf8("k"), Optional.of(Bytes.utf8("v")));
        var set = new ReadWriteSet(List.of(), List.of(), List.of(write));
        Command prepare = Cluster.command(1, new Command.Prepare(set, new Command.Follows(DECIDER), LOCK_MILLIS));
        cluster.step(
                "a", new PartitionInput.Submit(token, WriteConcern.MAJORITY, Long.MAX_VALUE, List.of(prepare), site));
        cluster.settle();
        assertThat(cluster.reply("a", token)).isPresent();
    }

    private void lost(String site, String... observers) {
        for (String observer : observers) {
            cluster.raft(observer, new Input.Unreachable(new SiteId(site)));
        }
    }

    private void isAskedFor() {
        assertThat(asked).first().isEqualTo(new Unfinished.Undecided(ID, Optional.of(DECIDER), List.of()));
    }

    private void isNeverAskedFor() {
        cluster.run(10_000);
        assertThat(asked).isEmpty();
    }

    @Test
    void whenTheSiteOfItsCoordinatorIsLost() {
        prepareFrom("b");
        lost("b", "a", "c");
        cluster.run(400);
        assertThat(asked).as("it may only seem so").isEmpty();

        cluster.run(200);
        isAskedFor();
    }

    @Test
    void notAtOnceWhenTheSiteSpeaksThoughItIsSaidToBeLost() {
        lost("b", "a", "c");
        cluster.run(5_000);
        prepareFrom("b");
        cluster.run(400);
        assertThat(asked).isEmpty();
        prepareFrom("b");
        cluster.run(400);
        assertThat(asked).as("it has spoken again").isEmpty();

        cluster.run(200);
        isAskedFor();
    }

    @Test
    void notWhenAnotherCoordinatorHasTakenItOver() {
        prepareFrom("b");
        lost("b", "a", "c");
        prepareFrom("c");
        prepareFrom("b");
        isNeverAskedFor();
    }

    @Test
    void notWhenNobodyKnowsWhereItsCoordinatorIs() {
        prepareFrom(Optional.empty());
        lost("b", "a", "c");
        isNeverAskedFor();
    }

    @Test
    void notWhenItsLeaderHasHandedOverAndAnotherSiteSeemsLostForAMoment() {
        prepareFrom("a");
        cluster.raft("a", new Input.Transfer(new SiteId("b")));
        cluster.run(5_000);
        assertThat(cluster.leader()).contains("b");
        lost("c", "b");
        cluster.run(1_000);
        cluster.raft("b", new Input.Reachable(new SiteId("c")));
        cluster.run(5_000);

        assertThat(asked).isEmpty();
    }

    @Test
    void notWhenAnotherSiteIs() {
        prepareFrom("c");
        lost("b", "a", "c");
        isNeverAskedFor();
    }

    @Test
    void notWhenTheSiteIsBackAtOnce() {
        prepareFrom("b");
        lost("b", "a", "c");
        cluster.run(400);
        cluster.raft("a", new Input.Reachable(new SiteId("b")));
        isNeverAskedFor();
    }

    @Test
    void whenItsLeaderIsLostAndNobodyTellsTheNextOne() {
        prepareFrom("a");
        cluster.crash("a");
        lost("a", "b", "c");
        cluster.run(1_000);
        assertThat(cluster.leader()).isPresent();
        assertThat(asked).as("its coordinator may be elsewhere").isEmpty();

        cluster.run(2_000);
        isAskedFor();
    }

    @Test
    void notWhenItsLeaderHasOnlyHandedOver() {
        prepareFrom("a");
        cluster.raft("a", new Input.Transfer(new SiteId("b")));
        isNeverAskedFor();
        assertThat(cluster.leader()).contains("b");
    }

    @Test
    void nothingIsRememberedOfWhatHasEnded() {
        prepareFrom("b");
        cluster.submit("a", Cluster.command(1, new Command.Resolve(Decision.ABORT)));
        cluster.settle();
        lost("b", "a", "c");
        isNeverAskedFor();
    }
}
