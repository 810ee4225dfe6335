package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An image is as large as its partition: how long a leader holds one, and what it does where there is no memory for it. */
class ImageMemoryTest {
    private final Settings settings = new Settings("a", "b", "c");
    private Cluster cluster;

    @BeforeEach
    void leaveOneBehind() {
        settings.quiesceAfter = 20_000;
        settings.logTailBytes = 100;
        settings.maxAppendBytes = 100;
        cluster = Cluster.ledByFirst(settings);
        cluster.crash("c");
        put(20);
        cluster.restart("c");
        untilAsked();
    }

    private void put(int times) {
        write(times, false);
    }

    private void write(int times, boolean deletions) {
        for (int i = 0; i < times; i++) {
            cluster.submit("a", deletions ? delete("k" + i) : cluster.put("k" + i, "v" + i));
            moveOn();
            moveOn();
        }
    }

    private Command delete(String key) {
        var delete = new Command.Delete(Bytes.utf8(key), Condition.NONE);
        return new Command(cluster.put(key, "").id(), 0, Long.MAX_VALUE, delete);
    }

    /** Everything but time and encoding. */
    private void moveOn() {
        cluster.deliver(packet -> true);
        cluster.replicas.values().stream().filter(Replica::up).forEach(this::store);
        cluster.deliver(packet -> true);
    }

    private void store(Replica replica) {
        String site = replica.site.name();
        if (replica.writing.isPresent()) {
            cluster.durable(site);
        }
        if (replica.decoding.isPresent()) {
            cluster.step(site, replica.imageDecoded());
        }
        if (replica.maySaveSnapshot()) {
            cluster.step(site, replica.snapshotDurable());
        }
    }

    private boolean asked() {
        return cluster.at("a").encoding.isPresent();
    }

    /** Half a heartbeat passes. */
    private void goOn() {
        cluster.pass(settings.heartbeat / 2);
        cluster.tickAll();
        moveOn();
    }

    private void untilAsked() {
        for (int i = 0; i < 100 && !asked(); i++) {
            goOn();
        }
        assertThat(asked()).as("the image is asked for").isTrue();
    }

    private void notEncoded() {
        cluster.at("a").encoding = Optional.empty();
        cluster.raft("a", new Input.ImageNotEncoded());
    }

    @Test
    void oneThatIsNotEncodedIsAskedForAgainAndNotAtOnce() {
        notEncoded();
        goOn();
        assertThat(asked()).as("after half a heartbeat").isFalse();

        untilAsked();
        notEncoded();
        untilAsked();
        cluster.run(2_000);

        assertThat(cluster.at("c").snapshot).isPresent();
        cluster.assertConverged();
    }

    @Test
    void itTakesMemoryUntilTheFollowerHasIt() {
        assertThat(cluster.core("a").imageBytes()).isZero();

        cluster.step("a", cluster.at("a").imageEncoded());

        assertThat(cluster.core("a").imageBytes()).isPositive();
        cluster.run(2_000);
        assertThat(cluster.core("a").imageBytes()).isZero();
    }

    /** It would be held for as long as the site is away, and take the memory that others' images wait for. */
    @Test
    void oneForASiteThatIsAwayIsDroppedAndNoOtherIsAskedFor() {
        cluster.step("a", cluster.at("a").imageEncoded());
        cluster.crash("c");
        goOn();
        assertThat(cluster.core("a").imageBytes()).as("it may be back at once").isPositive();

        for (int i = 0; i < 100; i++) {
            put(1);
            goOn();
            assertThat(asked()).isFalse();
        }
        assertThat(cluster.core("a").imageBytes()).isZero();

        cluster.raft("a", new Input.Unreachable(new SiteId("c")));
        cluster.raft("b", new Input.Unreachable(new SiteId("c")));
        cluster.run(settings.quiesceAfter + 1_000);
        assertThat(cluster.core("a").needsTicks()).as("a is silent").isFalse();
        put(1);
        assertThat(asked())
                .as("whom a new start forgives its silence is not there for that")
                .isFalse();

        cluster.restart("c");
        untilAsked();
        cluster.run(2_000);
        cluster.assertConverged();
    }

    /** It had all of the image when it fell silent, and the leader gave it up. */
    @Test
    void whoComesBackWithTheImageGetsNoOther() {
        allOfTheImageArrives();
        silentForLong(this::goOn);

        assertThat(cluster.core("c").raft().commitIndex())
                .as("it has installed it")
                .isPositive();
        catchesUpWithoutAnother();
    }

    @Test
    void whoComesBackAndStillInstallsTheImageGetsNoOther() {
        allOfTheImageArrives();
        silentForLong(this::goOnWithoutStoring);
        for (int i = 0; i < 20; i++) {
            goOnWithoutStoring();
            assertThat(asked()).isFalse();
        }

        assertThat(cluster.at("c").decoding).isPresent();
        catchesUpWithoutAnother();
    }

    private void allOfTheImageArrives() {
        notEncoded();
        untilAsked();
        cluster.step("a", cluster.at("a").imageEncoded());
        for (int i = 0; i < 100 && cluster.at("c").decoding.isEmpty(); i++) {
            goOnWithoutStoring();
        }
        assertThat(cluster.at("c").decoding).isPresent();
    }

    private void goOnWithoutStoring() {
        cluster.pass(settings.heartbeat / 2);
        cluster.tickAll();
        cluster.deliver(packet -> true);
    }

    private void silentForLong(Runnable meanwhile) {
        cluster.cut("a", "c");
        for (int i = 0; i < 100; i++) {
            meanwhile.run();
        }
        assertThat(cluster.core("a").imageBytes()).isZero();
        cluster.heal();
    }

    private void catchesUpWithoutAnother() {
        for (int i = 0; i < 20; i++) {
            goOn();
            assertThat(asked()).isFalse();
        }
        put(1);
        goOn();
        goOn();
        assertThat(caughtUp()).isTrue();
    }

    /** Each image finds that more was written meanwhile than the end of the log holds, and less than it is large itself. */
    @Test
    void theLogIsKeptUntilWhoTookAnImageHasCaughtUp() {
        caughtUpWithOneImage(Input.Room.ENOUGH);
    }

    /** What is under way is taken yet, and deletions are. */
    @Test
    void theLogIsKeptWhereThereIsNoRoomForMoreDataToo() {
        caughtUpWithOneImage(new Input.Room(true, Long.MAX_VALUE));
    }

    private void caughtUpWithOneImage(Input.Room room) {
        cluster.run(2_000);
        for (int i = 0; i < 40; i++) {
            cluster.submit("a", cluster.put("large" + i, "v".repeat(30)));
            moveOn();
        }
        cluster.run(100);
        cluster.crash("c");
        put(20);
        notEncoded();
        cluster.restart("c");
        untilAsked();
        cluster.raft("a", room);
        int images = 0;
        for (int i = 0; i < 200 && !caughtUp(); i++) {
            if (asked()) {
                cluster.step("a", cluster.at("a").imageEncoded());
                images++;
                write(12, room.full());
            }
            goOn();
        }
        assertThat(caughtUp()).as("after %d images", images).isTrue();
        assertThat(images).isEqualTo(1);
    }

    private boolean caughtUp() {
        return cluster.core("c").raft().commitIndex()
                == cluster.core("a").raft().commitIndex();
    }

    /** While it was sent more was written than it is large. It must not take the memory that the next one waits for. */
    @Test
    void oneThatTheLogDoesNotGoOnFromAnyMoreIsDropped() {
        cluster.step("a", cluster.at("a").imageEncoded());
        cluster.cut("a", "c");
        put(100);
        assertThat(cluster.core("a").imageBytes()).as("still being sent").isPositive();
        cluster.heal();

        untilAsked();

        assertThat(cluster.core("a").imageBytes()).isZero();
        cluster.run(3_000);
        cluster.assertConverged();
    }
}
