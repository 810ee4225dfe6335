package io.holdfast.loadtest.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenClusterTest {
    @TempDir
    private Path directory;

    private static GivenCluster cluster(String lose) {
        return new GivenCluster("a:7400", Optional.of(lose), Optional.empty(), Optional.empty());
    }

    @Test
    void aCommandIsToldTheSiteAndTheFault() throws IOException, InterruptedException {
        Path told = directory.resolve("told");
        cluster("echo {site} {fault} > '" + told + "'").lose("b", Fault.CUT);
        assertThat(Files.readString(told)).isEqualTo("b cut\n");
    }

    @Test
    void aCommandThatFailsFailsTheFault() {
        assertThatThrownBy(() -> cluster("exit 3").lose("b", Fault.KILL))
                .isInstanceOf(IOException.class)
                .hasMessage("The command 'exit 3' ended with 3.");
    }

    @Test
    void withoutACommandItSaysWhatToGive() {
        assertThatThrownBy(() -> cluster("true").requireFault(Fault.KILL))
                .hasMessageContaining("-Dholdfast.bring-back=");
        assertThatThrownBy(() -> cluster("true").restart("b")).hasMessageContaining("-Dholdfast.restart=");
    }

    @Test
    void faultsAreKnownByTheirNames() {
        assertThat(Fault.parse("pause")).isEqualTo(Fault.PAUSE);
        assertThatThrownBy(() -> Fault.parse("burn")).hasMessageContaining("kill, pause, cut");
    }
}
