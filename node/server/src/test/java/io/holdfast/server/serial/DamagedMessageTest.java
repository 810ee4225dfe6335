package io.holdfast.server.serial;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Bytes that are damaged, or of another version, are refused; they take neither the memory nor the stack of a node that is well. */
class DamagedMessageTest {
    private static final int DEPTH = 1_000_000;

    private static void assertRefused(Consumer<Output> bytes, Function<Input, ?> read) {
        var out = new Output(64, -1);
        bytes.accept(out);
        assertThatThrownBy(() -> read.apply(new Input(out.toBytes()))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lengthsBeyondWhatIsThereAreRefused() {
        for (int length : new int[] {Integer.MAX_VALUE, 1 << 30, -1, 3}) {
            Consumer<Output> twoBytes = out -> {
                out.writeVarInt(length, true);
                out.writeBytes(new byte[] {1, 1});
            };
            assertRefused(twoBytes, Fields::readBytes);
            assertRefused(twoBytes, Fields::readEntries);
            assertRefused(twoBytes, QueryCodec::readQueries);
        }
    }

    @Test
    void countsOfAnswersAndOutcomesBeyondWhatIsThereAreRefused() {
        for (byte kind : new byte[] {1, 2}) {
            assertRefused(
                    out -> {
                        out.writeByte(kind);
                        out.writeLong(7);
                        out.writeVarInt(1 << 30, true);
                    },
                    QueryCodec::readReply);
        }
    }

    @Test
    void aQueryForATimestampHoldsNoOther() {
        assertRefused(
                out -> {
                    out.writeVarInt(1, true);
                    for (int i = 0; i < DEPTH; i++) {
                        out.writeByte(3);
                        out.writeBoolean(false);
                    }
                },
                QueryCodec::readQueries);
    }

    @Test
    void anAnswerForATimestampHoldsNoOther() {
        assertRefused(
                out -> {
                    out.writeByte(2);
                    out.writeLong(7);
                    out.writeVarInt(1, true);
                    for (int i = 0; i < DEPTH; i++) {
                        out.writeByte(3);
                        out.writeLong(0);
                        out.writeLong(0);
                    }
                },
                QueryCodec::readReply);
    }
}
