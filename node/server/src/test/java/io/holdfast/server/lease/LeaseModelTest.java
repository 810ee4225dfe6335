package io.holdfast.server.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * The rules of sessions in a world of their own: two nodes with clocks of different rates, messages that take any time, answers that are lost, nodes
 * that stand still. Whatever happens, the node never counts on its session once the other has ended it.
 */
class LeaseModelTest {
    private static final long LASTING = 1000;
    private static final double BOUND = 0.05;
    private static final int STEPS = 400;

    /** A clock that runs at its own rate from its own start. */
    private record Clock(long origin, double rate) {
        long at(long time) {
            return origin + (long) Math.floor(time * rate);
        }
    }

    /** Something on its way: it reaches the cell at one time, its answer comes back at another, or never. */
    private static final class Change {
        final long expects;
        final boolean ends;
        final long arrives;
        final long answered;
        final long sent;
        boolean done;
        boolean arrived;

        /** @param sent on the clock of its sender */
        Change(long expects, boolean ends, long arrives, long answered, long sent) {
            this.sent = sent;
            this.expects = expects;
            this.ends = ends;
            this.arrives = arrives;
            this.answered = answered;
        }
    }

    private static final class World {
        final SplittableRandom random;
        final Clock holder;
        final Clock waiter;
        final SessionClock session;
        final UUID id = new UUID(1, 1);
        final List<Change> underWay = new ArrayList<>();
        long time = 1;
        long version = 1;
        boolean ended;
        long endedAt;
        Silence silence;
        boolean heldAfterEnd;
        boolean renewedOnce;

        World(long seed) {
            random = new SplittableRandom(seed);
            double slow = 0.9 + random.nextDouble() * 0.2;
            holder = new Clock(random.nextLong(-1000, 1000), slow);
            waiter = new Clock(random.nextLong(-1000, 1000), slow * (1 + random.nextDouble() * BOUND));
            session = new SessionClock(LASTING, version, holder.at(time));
        }

        void run() {
            for (int i = 0; i < STEPS && !ended; i++) {
                step(random.nextInt(20) == 0 ? random.nextInt(1, 3000) : random.nextInt(1, 150));
            }
            // The node goes on and hears late answers, after whatever pause.
            for (int i = 0; i < 20; i++) {
                step(random.nextInt(1, 400));
            }
        }

        private void step(long passes) {
            time += passes;
            arrive();
            switch (random.nextInt(4)) {
                case 0 -> renew();
                case 1 -> lookAsHolder();
                case 2 -> lookAsWaiter();
                default -> {}
            }
            heldAfterEnd |= ended && session.holds(holder.at(time));
        }

        private void arrive() {
            for (Change change : List.copyOf(underWay)) {
                if (!change.arrived && change.arrives <= time) {
                    change.arrived = true;
                    apply(change);
                }
                if (change.arrived && change.answered <= time) {
                    underWay.remove(change);
                    if (change.done && !change.ends) {
                        session.renewed(change.expects + 1, change.sent);
                    }
                }
            }
        }

        private void apply(Change change) {
            if (version == change.expects && !ended) {
                version++;
                change.done = true;
                ended = change.ends;
                endedAt = change.ends ? time : endedAt;
                renewedOnce |= !change.ends;
            }
        }

        private long late() {
            return random.nextInt(5) == 0 ? random.nextInt(1, 4000) : random.nextInt(1, 100);
        }

        private void renew() {
            long sent = holder.at(time);
            long expects = session.sending(sent);
            long arrives = time + late();
            underWay.add(new Change(expects, false, arrives, arrives + late(), sent));
        }

        private void lookAsHolder() {
            if (!ended) {
                session.renewed(version);
            }
        }

        private void lookAsWaiter() {
            // It has been under way for a while: what is seen may be older than the moment when it is in hand.
            long now = waiter.at(time);
            silence = silence == null ? new Silence(id, version, now) : silence.observed(id, version, now);
            if (silence.isLongEnough(LASTING, BOUND, now)) {
                long arrives = time + late();
                underWay.add(new Change(silence.version(), true, arrives, arrives, now));
            }
        }
    }

    @Test
    void aSessionThatOthersHaveEndedIsCountedOnByNobody() {
        int ended = 0;
        int renewed = 0;
        for (long seed = 1; seed <= 20_000; seed++) {
            var world = new World(seed);
            world.run();
            assertThat(world.heldAfterEnd).as("seed %d", seed).isFalse();
            ended += world.ended ? 1 : 0;
            renewed += world.renewedOnce ? 1 : 0;
        }
        // Else nothing was tested.
        assertThat(ended).isGreaterThan(5_000);
        assertThat(renewed).isGreaterThan(15_000);
    }

    @Test
    void waitingLessThanTheClocksMayDifferIsNotEnough() {
        var silence = new Silence(new UUID(1, 1), 7, 100);
        assertThat(silence.isLongEnough(LASTING, BOUND, 100 + LASTING)).isFalse();
        assertThat(silence.isLongEnough(LASTING, BOUND, 100 + LASTING + (long) (LASTING * BOUND)))
                .isTrue();
    }

    @Test
    void aRenewalThatIsOnlyFoundCountsFromWhenItWasFirstSent() {
        var session = new SessionClock(LASTING, 1, 0);
        assertThat(session.sending(400)).isEqualTo(1);
        // No answer; sent once more.
        assertThat(session.sending(900)).isEqualTo(1);
        session.renewed(2);
        assertThat(session.holds(1399)).isTrue();
        assertThat(session.holds(1400)).isFalse();
    }

    @Test
    void aRenewalThatIsAnsweredCountsFromWhenItWasSentItself() {
        var session = new SessionClock(LASTING, 1, 0);
        assertThat(session.sending(400)).isEqualTo(1);
        assertThat(session.sending(900)).isEqualTo(1);
        session.renewed(2, 900);
        assertThat(session.holds(1899)).isTrue();
        assertThat(session.holds(1900)).isFalse();
    }

    @Test
    void twoLostRenewalsEndNothing() {
        assertThatCode(() -> times(Duration.ofSeconds(1))).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> times(Duration.ofMillis(1250)))
                .withMessageContaining("holdfast.lease.operation-timeout is PT1.25S");
    }

    private static LeaseTimes times(Duration operationTimeout) {
        return new LeaseTimes(
                Duration.ofSeconds(3), Duration.ofMillis(500), operationTimeout, Duration.ofMillis(200), BOUND);
    }

    @Test
    void aSessionThatRanOutHoldsAgainWhenItIsRenewedAndNeverAfterItsEnd() {
        var session = new SessionClock(LASTING, 1, 0);
        assertThat(session.holds(1500)).isFalse();
        session.sending(1600);
        session.renewed(2);
        assertThat(session.holds(1700)).isTrue();
        session.end();
        session.sending(1800);
        session.renewed(3);
        assertThat(session.holds(1801)).isFalse();
    }
}
