package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.LogState;
import org.junit.jupiter.api.Test;

class WallClocksTest {
    private static final long TRUE = 1_700_000_000_000L;
    private static final long MINUTES = 600_000;
    private static final SiteId B = new SiteId("b");
    private static final SiteId C = new SiteId("c");

    private final WallClocks clocks = new WallClocks();

    /** This leader's clocks after so many milliseconds, its wall clock wrong by so much. */
    private static Now now(long millis, long wrongBy) {
        return new Now((5_000 + millis) * MILLI, TRUE + millis + wrongBy);
    }

    /** To a question of this moment. */
    private static AppendResponse answer(SiteId from, long wallMillis, Now asked) {
        return new AppendResponse(
                from, 1, 1, asked.nanos(), 0, wallMillis, 0, 0, 0, new LogState.Matches(), NodeHealth.GOOD);
    }

    @Test
    void aloneItTrustsItsOwn() {
        assertThat(clocks.correctionMillis(now(0, MINUTES))).isZero();
    }

    @Test
    void aClockThatIsFastIsTakenBackToThatOfTheOthers() {
        clocks.heard(answer(B, TRUE, now(0, MINUTES)), now(0, MINUTES));
        clocks.heard(answer(C, TRUE + 100, now(100, MINUTES)), now(100, MINUTES));

        assertThat(clocks.correctionMillis(now(50_000, MINUTES))).isEqualTo(-MINUTES);
    }

    @Test
    void aClockThatIsSlowIsTakenForward() {
        clocks.heard(answer(B, TRUE, now(0, -MINUTES)), now(0, -MINUTES));
        clocks.heard(answer(C, TRUE, now(0, -MINUTES)), now(0, -MINUTES));

        assertThat(clocks.correctionMillis(now(0, -MINUTES))).isEqualTo(MINUTES);
    }

    @Test
    void oneOfTheOthersThatIsWrongChangesNothing() {
        clocks.heard(answer(B, TRUE + MINUTES, now(0, 0)), now(0, 0));
        clocks.heard(answer(C, TRUE + 30, now(0, 0)), now(0, 0));
        assertThat(clocks.correctionMillis(now(0, 0))).isZero();

        clocks.heard(answer(B, TRUE - MINUTES, now(0, 0)), now(0, 0));
        assertThat(clocks.correctionMillis(now(0, 0))).isZero();
    }

    @Test
    void ofTwoTheOneThatIsBehindCounts() {
        clocks.heard(answer(B, TRUE, now(0, MINUTES)), now(0, MINUTES));
        assertThat(clocks.correctionMillis(now(0, MINUTES))).isEqualTo(-MINUTES);
        assertThat(clocks.conclusive()).isFalse();

        clocks.heard(answer(B, TRUE + MINUTES, now(0, 0)), now(0, 0));
        assertThat(clocks.correctionMillis(now(0, 0))).isZero();
        clocks.heard(answer(C, TRUE, now(0, 0)), now(0, 0));
        assertThat(clocks.conclusive()).isTrue();
    }

    @Test
    void uptoASecondIsNoError() {
        clocks.heard(answer(B, TRUE, now(0, 1_000)), now(0, 1_000));
        clocks.heard(answer(C, TRUE, now(0, 1_000)), now(0, 1_000));
        assertThat(clocks.correctionMillis(now(0, 1_000))).isZero();

        clocks.heard(answer(B, TRUE, now(0, 1_001)), now(0, 1_001));
        clocks.heard(answer(C, TRUE, now(0, 1_001)), now(0, 1_001));
        assertThat(clocks.correctionMillis(now(0, 1_001))).isEqualTo(-1_001);
    }

    @Test
    void whatWasHeardStaysRightWhenItsOwnClockIsSet() {
        clocks.heard(answer(B, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(C, TRUE, now(0, 0)), now(0, 0));

        assertThat(clocks.correctionMillis(now(0, MINUTES))).isEqualTo(-MINUTES);
        assertThat(clocks.correctionMillis(now(0, 0))).isZero();
    }

    @Test
    void anAnswerThatWasLongOnItsWayGivesWideBounds() {
        clocks.heard(answer(B, TRUE + 30_000, now(0, 0)), now(60_000, 0));
        clocks.heard(answer(C, TRUE + 30_000, now(0, 0)), now(60_000, 0));
        assertThat(clocks.correctionMillis(now(60_000, 0))).isZero();
        assertThat(clocks.correctionMillis(now(60_000, 29_000))).isZero();
        assertThat(clocks.correctionMillis(now(60_000, MINUTES))).isEqualTo(-MINUTES + 30_000);
        assertThat(clocks.correctionMillis(now(60_000, -MINUTES))).isEqualTo(MINUTES - 30_000);
    }

    @Test
    void whatIsKnownBetterStays() {
        clocks.heard(answer(B, TRUE, now(0, 0)), now(2, 0));
        clocks.heard(answer(B, TRUE + 30_000, now(0, 0)), now(60_000, 0));

        assertThat(clocks.correctionMillis(now(60_000, MINUTES))).isEqualTo(-MINUTES);
    }

    @Test
    void aClockThatHasBeenSetIsBelieved() {
        clocks.heard(answer(B, TRUE + MINUTES, now(0, MINUTES)), now(2, MINUTES));
        assertThat(clocks.correctionMillis(now(100, MINUTES))).isZero();

        clocks.heard(answer(B, TRUE + 100, now(100, MINUTES)), now(102, MINUTES));
        assertThat(clocks.correctionMillis(now(102, MINUTES))).isEqualTo(-MINUTES);
    }

    /** A monotonic clock that runs at twice the true rate says that ten seconds have passed where it was five. */
    @Test
    void aMonotonicClockThatRunsTooFastTakesNoClockForward() {
        clocks.heard(answer(B, TRUE + 20, now(0, 0)), now(2, 0));
        clocks.heard(answer(C, TRUE + 20, now(0, 0)), now(2, 0));
        Now woken = now(10_000, -5_000);
        assertThat(clocks.correctionForDatingMillis(woken)).isZero();

        clocks.heard(answer(B, TRUE + 5_020, woken), woken);
        assertThat(clocks.correctionForDatingMillis(now(20_000, -10_000))).isZero();
        clocks.heard(answer(C, TRUE + 5_020, woken), woken);
        assertThat(clocks.correctionForDatingMillis(now(20_000, -10_000))).isZero();
    }

    @Test
    void whatAClockShowedBeforeItWasSetBackTakesNoClockForward() {
        for (SiteId site : new SiteId[] {B, C}) {
            clocks.heard(answer(site, TRUE + MINUTES, now(0, 0)), now(0, 0));
            clocks.heard(answer(site, TRUE + 100, now(100, 0)), now(100, 0));
        }
        assertThat(clocks.correctionForDatingMillis(now(10_000, -5_000))).isZero();
    }

    @Test
    void aSlowClockStaysCorrectedThroughALongSilence() {
        clocks.heard(answer(B, TRUE, now(0, -MINUTES)), now(0, -MINUTES));
        clocks.heard(answer(C, TRUE + 100, now(100, -MINUTES)), now(100, -MINUTES));
        clocks.heard(answer(C, TRUE, now(0, -MINUTES)), now(50_000, -MINUTES)); // late

        assertThat(clocks.correctionForDatingMillis(now(3_600_000, -MINUTES))).isEqualTo(MINUTES);
    }

    /** Nobody can say before whether it was set back or the monotonic clock has run too fast. */
    @Test
    void aClockThatWasSetBackInASilenceIsTakenForwardByTheNextAnswer() {
        clocks.heard(answer(B, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(C, TRUE, now(0, 0)), now(0, 0));
        Now woken = now(2 * MINUTES, -MINUTES);
        assertThat(clocks.correctionForDatingMillis(woken)).isZero();
        assertThat(clocks.correctionMillis(woken))
                .as("by which a state's age is taken")
                .isEqualTo(MINUTES);

        clocks.heard(answer(B, TRUE + 2 * MINUTES, woken), woken);
        assertThat(clocks.correctionForDatingMillis(woken)).isEqualTo(MINUTES);
        clocks.heard(answer(C, TRUE + 2 * MINUTES, woken), woken);
        assertThat(clocks.correctionForDatingMillis(woken)).isEqualTo(MINUTES);
    }

    @Test
    void aClockThatIsSetBackIsTakenForwardThoughOneOfTheOthersIsDead() {
        clocks.heard(answer(B, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(C, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(B, TRUE + 2 * MINUTES, now(2 * MINUTES, 0)), now(2 * MINUTES, 0));

        Now setBack = now(2 * MINUTES + 100, -MINUTES);
        clocks.heard(answer(B, TRUE + 2 * MINUTES + 100, setBack), setBack);
        assertThat(clocks.correctionForDatingMillis(now(9 * MINUTES, -MINUTES))).isEqualTo(MINUTES);
    }

    /** Clocks drift apart in a silence, so that the first answer after it does not agree with the one before to the millisecond. */
    @Test
    void oneThatHasDriftedShowsAsWellThatItsOwnWasSetBack() {
        for (long drift : new long[] {-70, 70}) {
            var each = new WallClocks();
            each.heard(answer(B, TRUE, now(0, 0)), now(0, 0));
            each.heard(answer(C, TRUE, now(0, 0)), now(0, 0));
            Now woken = now(2 * MINUTES, -MINUTES);
            each.heard(answer(B, TRUE + 2 * MINUTES + drift, woken), woken);
            assertThat(each.correctionForDatingMillis(woken)).isBetween(MINUTES - 70, MINUTES + 70);
        }
    }

    @Test
    void anotherClockThatIsSetForwardIsNoProofThatItsOwnWasSetBack() {
        clocks.heard(answer(B, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(C, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(B, TRUE + MINUTES + 100, now(100, 0)), now(100, 0));
        clocks.heard(answer(C, TRUE + 200, now(200, 0)), now(200, 0));

        assertThat(clocks.correctionForDatingMillis(now(MINUTES, -MINUTES / 2))).isZero();
    }

    /** What it was behind before it was set right must not take it forward later. */
    @Test
    void aClockThatWasSetRightIsNotTakenForwardByAMonotonicClockThatRunsTooFast() {
        for (SiteId site : new SiteId[] {B, C}) {
            clocks.heard(answer(site, TRUE, now(0, -MINUTES)), now(0, -MINUTES));
            clocks.heard(answer(site, TRUE + 100, now(100, 0)), now(100, 0));
        }
        assertThat(clocks.correctionForDatingMillis(now(10_000, -5_000))).isZero();
    }

    @Test
    void anotherClockThatIsSetForwardIsFollowed() {
        clocks.heard(answer(B, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(C, TRUE, now(0, 0)), now(0, 0));
        clocks.heard(answer(B, TRUE + MINUTES, now(100, 0)), now(100, 0));
        clocks.heard(answer(C, TRUE + MINUTES, now(100, 0)), now(100, 0));

        assertThat(clocks.correctionForDatingMillis(now(100, 0))).isEqualTo(MINUTES - 100);
    }

    @Test
    void anAnswerToNoQuestionTellsNothing() {
        clocks.heard(
                new AppendResponse(C, 1, 1, 0, 0, TRUE, 0, 0, 0, new LogState.Matches(), NodeHealth.GOOD), now(0, 0));

        assertThat(clocks.correctionMillis(now(0, MINUTES))).isZero();
    }

    @Test
    void ofFiveTwoMayBeWrong() {
        clocks.heard(answer(B, TRUE + MINUTES, now(0, 2 * MINUTES)), now(0, 2 * MINUTES));
        for (String site : new String[] {"c", "d", "e"}) {
            clocks.heard(answer(new SiteId(site), TRUE, now(0, 2 * MINUTES)), now(0, 2 * MINUTES));
        }
        assertThat(clocks.correctionMillis(now(0, 2 * MINUTES))).isEqualTo(-2 * MINUTES);
    }
}
