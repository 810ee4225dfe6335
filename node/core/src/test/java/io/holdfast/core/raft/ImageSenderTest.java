package io.holdfast.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageSenderTest {
    private final Lone leader = new Lone().elect();
    private final ImageSender sender = new ImageSender(
            leader.node.raft,
            Lone.B,
            ImageSender.Image.of(new Input.ImageEncoded(1, 1, Bytes.wrap(new byte[640])), 64));

    private List<Integer> sentBy(Runnable action) {
        int before = leader.node.raft.out.messages().size();
        action.run();
        return leader.node.raft.out.messages().stream()
                .skip(before)
                .map(outgoing -> ((ImageChunk) outgoing.message()).number())
                .toList();
    }

    @Test
    void countsTheChunksOfTheLargestImage() {
        assertThat(ImageSender.Image.count(Integer.MAX_VALUE, 1 << 17)).isEqualTo(1 << 14);
        assertThat(ImageSender.Image.count(0, 1 << 17)).isEqualTo(1);
    }

    @Test
    void keepsAFewChunksAheadOfTheAcknowledgements() {
        assertThat(sentBy(sender::proceed)).containsExactly(0, 1, 2, 3);
        sender.acknowledged(2);
        assertThat(sentBy(sender::proceed)).containsExactly(4, 5);
    }

    @Test
    void sendsAgainFromTheLastAcknowledgementAfterASilence() {
        sender.proceed();
        sender.acknowledged(2);
        sender.proceed();
        leader.millis += 200;
        leader.step(new Input.Nudge());

        sender.tick();

        assertThat(sentBy(sender::proceed)).containsExactly(2, 3, 4, 5);
    }

    @Test
    void beginsAnewWithAReceiverThatDoes() {
        sender.proceed();
        sender.acknowledged(4);
        sender.proceed();

        sender.acknowledged(0);

        assertThat(sentBy(sender::proceed)).containsExactly(0, 1, 2, 3);
    }

    /** The receiver restarted, took some chunks, and then an acknowledgement from before its restart arrives late. */
    @Test
    void aLateAcknowledgementCannotStrandTheReceiver() {
        sender.proceed();
        sender.acknowledged(0);
        sender.acknowledged(2);
        sender.acknowledged(7);
        sender.proceed();
        sender.acknowledged(2);
        leader.millis += 200;
        leader.step(new Input.Nudge());

        sender.tick();

        assertThat(sentBy(sender::proceed)).startsWith(2);
    }
}
