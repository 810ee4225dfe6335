package io.holdfast.core.raft;

import static io.holdfast.core.raft.Lone.A;
import static io.holdfast.core.raft.Lone.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import io.holdfast.core.raft.PeerMessage.LogState;
import io.holdfast.core.raft.PeerMessage.PreVoteRequest;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** DESIGN 3, rule 9, at the receiver: an image arrives in chunks and is installed whole or not at all. */
class ImageInstallTest {
    private static final int PARTS = 4;
    private static final byte[] IMAGE =
            "an image of the partition, whatever it holds".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private static ImageChunk chunk(long index, long term, int number, int checksum) {
        int size = (IMAGE.length + PARTS - 1) / PARTS;
        byte[] bytes = Arrays.copyOfRange(IMAGE, number * size, Math.min(IMAGE.length, (number + 1) * size));
        return new ImageChunk(B, 1, 5, index, term, number, PARTS, checksum, Bytes.wrap(bytes));
    }

    private static int checksum() {
        var crc = new CRC32C();
        crc.update(IMAGE);
        return (int) crc.getValue();
    }

    private static void send(Lone follower, long index, long term, int... numbers) {
        for (int number : numbers) {
            follower.receive(chunk(index, term, number, checksum()));
        }
    }

    private static int wantedNext(Lone follower) {
        var acks = follower.sentOf(ImageAck.class);
        return acks.get(acks.size() - 1).nextNumber();
    }

    private static Lone follower(long... entryTerms) {
        var follower = Lone.recovered(5, Optional.of(B), 0, entryTerms);
        follower.tick();
        return follower;
    }

    private static void install(Lone follower, long index, long term) {
        follower.step(new Input.ImageInstalled(index, term, Lone.genesis()));
    }

    @Test
    void comesOutOnceWholeAndInOrder() {
        var follower = follower();

        send(follower, 10, 4, 0, 2, 1, 1, 0);
        assertThat(wantedNext(follower)).as("2 came before 1 and was not kept").isEqualTo(2);
        send(follower, 10, 4, 2, 3);

        assertThat(follower.out.imageReceived()).contains(new Outputs.ReceivedImage(10, 4, Bytes.wrap(IMAGE)));
        send(follower, 10, 4, 3);
        assertThat(follower.out.imageReceived()).isEmpty();
        assertThat(wantedNext(follower)).isEqualTo(PARTS);
    }

    @Test
    void aWrongChecksumBeginsAnew() {
        var follower = follower();
        for (int i = 0; i < PARTS; i++) {
            follower.receive(chunk(10, 4, i, checksum() + 1));
        }
        assertThat(follower.out.imageReceived()).isEmpty();
        assertThat(wantedNext(follower)).isZero();

        send(follower, 10, 4, 0, 1, 2, 3);
        assertThat(follower.out.imageReceived()).isPresent();
    }

    @Test
    void anotherImageBeginsAnew() {
        var follower = follower();
        send(follower, 10, 4, 0, 1);
        send(follower, 11, 4, 2);
        assertThat(wantedNext(follower)).isZero();
    }

    /** Nobody may ever send the rest, and it would stay in memory. */
    @Test
    void aPartIsForgottenWhenTheLogGoesOnWithoutIt() {
        var follower = follower();
        send(follower, 10, 4, 0, 1);

        follower.receive(follower.append(B, 5, 0, 0, 0, Lone.entries(1, 4)));

        send(follower, 10, 4, 2);
        assertThat(wantedNext(follower)).isZero();
        send(follower, 10, 4, 0, 1, 2, 3);
        assertThat(follower.out.imageReceived()).contains(new Outputs.ReceivedImage(10, 4, Bytes.wrap(IMAGE)));
    }

    @Test
    void entriesAreNotTakenMeanwhileAndNoVoteIsSought() {
        var follower = follower();
        send(follower, 10, 4, 0, 1, 2, 3);

        follower.receive(follower.append(B, 5, 0, 0, 0, Lone.entries(1, 4)));

        assertThat(follower.answered(AppendResponse.class))
                .singleElement()
                .extracting(AppendResponse::logState)
                .isEqualTo(new LogState.Installing(10));
        assertThat(follower.node.lastIndex()).isZero();
        follower.tickAfter(10_000);
        assertThat(follower.sentOf(PreVoteRequest.class)).isEmpty();
    }

    @Test
    void keepsTheSuffixThatMatches() {
        var follower = follower(4, 4, 5);
        send(follower, 2, 4, 0, 1, 2, 3);

        install(follower, 2, 4);

        assertThat(follower.node.lastIndex()).isEqualTo(3);
        assertThat(follower.node.durableIndex()).isEqualTo(3);
        assertThat(follower.node.commitIndex()).isEqualTo(2);
        assertThat(follower.answered(AppendResponse.class))
                .singleElement()
                .extracting(AppendResponse::matchIndex)
                .as("3 may still conflict")
                .isEqualTo(2L);
    }

    @Test
    void dropsTheSuffixThatConflicts() {
        var follower = follower(3, 3, 3);
        send(follower, 2, 4, 0, 1, 2, 3);
        assertThat(follower.node.written(2, 4)).get().satisfies(it -> assertThat(it.tail())
                .isEmpty());

        install(follower, 2, 4);

        assertThat(follower.node.lastIndex()).isEqualTo(2);
        follower.receive(follower.append(B, 5, 2, 4, 3, Lone.entries(3, 5)));
        assertThat(follower.applied).containsExactly(Lone.entry(3, 5));
    }

    @Test
    void aSnapshotWaitsUntilItStandsForAllWritesBeforeIt() {
        var follower = follower();
        follower.receive(follower.append(B, 5, 0, 0, 0, Lone.entries(1, 4)));
        follower.receive(follower.append(B, 5, 1, 4, 0, Lone.entries(2, 4)));
        send(follower, 10, 4, 0, 1, 2, 3);
        assertThat(follower.node.written(10, 4))
                .as("entry 2 waits to be written")
                .isEmpty();

        follower.durable();

        assertThat(follower.node.written(10, 4)).get().satisfies(it -> assertThat(it.tail())
                .isEmpty());
    }

    @Test
    void afterAFailureAnotherOneIsTaken() {
        var follower = follower();
        send(follower, 10, 4, 0, 1, 2, 3);

        follower.step(new Input.ImageFailed(10));

        assertThat(follower.answered(AppendResponse.class))
                .singleElement()
                .extracting(AppendResponse::logState)
                .isEqualTo(new LogState.Matches());
        send(follower, 10, 4, 0, 1, 2, 3);
        assertThat(follower.out.imageReceived()).isPresent();
    }

    /** The answer to an image that brings nothing new, from a leader that has sent no entries yet. */
    private static LogState answerToNextLeadersImage(Lone follower) {
        follower.receive(new ImageChunk(Lone.C, 1, 6, 1, 4, 0, 1, 0, Bytes.EMPTY));
        follower.durable();
        return follower.answered(AppendResponse.class).get(0).logState();
    }

    @Test
    void aConflictWithAnEarlierLeaderIsNotToldToTheNextOne() {
        var follower = Lone.recovered(5, Optional.of(B), 1, 4);
        follower.receive(follower.append(B, 5, 9, 5, 1));
        assertThat(follower.answered(AppendResponse.class).get(0).logState()).isEqualTo(new LogState.Conflict(9, 1));

        assertThat(answerToNextLeadersImage(follower)).isEqualTo(new LogState.Matches());
    }

    @Test
    void theNextLeaderIsToldThatAnImageIsBeingInstalled() {
        var follower = follower();
        send(follower, 10, 4, 0, 1, 2, 3);

        assertThat(answerToNextLeadersImage(follower)).isEqualTo(new LogState.Installing(10));
    }

    @Test
    void anImageOfALowerTermsLeaderIsRefused() {
        var follower = follower();
        var stale = new ImageChunk(B, 1, 4, 10, 4, 0, 1, 0, Bytes.EMPTY);

        follower.receive(stale);

        assertThat(follower.sentOf(ImageAck.class)).isEmpty();
        assertThat(follower.answered(AppendResponse.class)).singleElement().satisfies(it -> {
            assertThat(it.term()).isEqualTo(5);
            assertThat(it.from()).isEqualTo(A);
        });
    }
}
