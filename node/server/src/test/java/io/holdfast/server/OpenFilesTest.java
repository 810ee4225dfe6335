package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class OpenFilesTest {
    @Test
    void theNodeKeepsWhatItNeedsItself() throws IOException {
        assertThat(OpenFiles.connections(4_000, 576)).isEqualTo(64);
        assertThat(OpenFiles.connections(4_000, 1_024)).isEqualTo(512);
        assertThat(OpenFiles.connections(4_000, 4_096)).isEqualTo(3_072);
        assertThat(OpenFiles.connections(4_000, 1_048_576)).isEqualTo(4_000);
        assertThat(OpenFiles.connections(4_000, Long.MAX_VALUE)).isEqualTo(4_000);
        assertThat(OpenFiles.connections(10, 1_024)).isEqualTo(10);
    }

    @Test
    void withFewerItDoesNotStartAndSaysWhatToDo() {
        assertThatThrownBy(() -> OpenFiles.connections(4_000, 256))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("256")
                .hasMessageContaining("ulimit -n");
    }

    @Test
    void thisProcessHasEnough() throws IOException {
        assertThat(OpenFiles.connections(10)).isEqualTo(10);
    }
}
