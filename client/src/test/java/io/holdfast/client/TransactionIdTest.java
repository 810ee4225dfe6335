package io.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionIdTest {
    private static TransactionId id(Key key, long client, long sequence) {
        return new TransactionId("shop", new WriteId(key, client, sequence));
    }

    @Test
    void itsTextNamesEveryKeyInOneWord() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        for (Key key : new Key[] {Key.of("plain"), Key.of("{user:42}/a b%é"), Key.of(all)}) {
            TransactionId id = id(key, -1, Long.MAX_VALUE);
            assertThat(id.toString()).matches("[!-~]+");
            assertThat(TransactionId.parse(id.toString())).isEqualTo(id);
        }
        byte[] longest = new byte[Limits.MAX_KEY_BYTES];
        for (byte each : new byte[] {'k', (byte) 0xff}) {
            Arrays.fill(longest, each);
            TransactionId id = id(Key.of(longest), 1, 1);
            assertThat(TransactionId.parse(id.toString())).isEqualTo(id);
        }
        assertThat(id(Key.of("some key"), 0x1f2e, 17)).hasToString("1f2e-17@shop/some%20key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1f2e-17",
                "1f2e-17@shop/",
                "1f2e-0@shop/k",
                "1f2e-9999999999999999999@shop/k",
                "12345678901234567-1@shop/k",
                "1f2e-17@Shop/k",
                "1f2e-17@shop/a b",
                "1f2e-17@shop/%2",
                "1f2e-17@shop/%zz"
            })
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> TransactionId.parse(text)).isInstanceOf(InvalidRequestException.class);
    }
}
