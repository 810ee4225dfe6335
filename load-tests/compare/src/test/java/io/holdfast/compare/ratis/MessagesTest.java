package io.holdfast.compare.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class MessagesTest {
    @Test
    void keysAndValuesComeBack() {
        String key = "k".repeat(300);
        ByteString put = Messages.put(key, new byte[] {1, 2, 3}).getContent();
        assertThat(Messages.key(put).toStringUtf8()).isEqualTo(key);
        assertThat(Messages.value(put).toByteArray()).containsExactly(1, 2, 3);
        assertThat(Messages.key(Messages.get(key).getContent()).toStringUtf8()).isEqualTo(key);
    }
}
