package io.holdfast.server.cli.demo;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.cli.CommandFailure;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SiteViewTest {
    @Test
    void aSiteThatDoesNotAnswerEndsTheDemoInWords() {
        assertThatThrownBy(() -> SiteView.readInTime("127.0.0.1:1", "orders", Duration.ofMillis(300)))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("'orders'");
    }
}
