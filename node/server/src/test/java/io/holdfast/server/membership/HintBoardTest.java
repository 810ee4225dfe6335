package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.SiteId;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HintBoardTest {
    private static final SiteId B = new SiteId("b");
    private static final SiteId C = new SiteId("c");

    private final HoldfastSettings settings = HoldfastSettings.parse(
            """
            site { name = a, data-dir = "/data" }
            sites { a { hosts = ["10.0.0.1"] }, b { hosts = ["10.0.0.2"] }, c { hosts = ["10.0.0.3"] } }
            """,
            "test.conf");
    private final HintBoard board = new HintBoard(new Topology(settings));

    @Test
    void othersCountAsLostUntilTheyAreSeen() {
        assertThat(board.unreachable()).containsExactlyInAnyOrder(B, C);
        assertThat(board.nodes()).hasSize(3).containsValue(NodeState.ABSENT);
        board.site(B, true);
        assertThat(board.unreachable()).containsExactly(C);
        board.nodes(Map.of(settings.nodes().get(1), NodeState.UP));
        assertThat(board.nodes()).containsEntry(settings.nodes().get(1), NodeState.UP);
    }

    @Test
    void listenersHearWhatIsLostNowAndEachChangeOnce() {
        board.site(B, true);
        var heard = new ArrayList<String>();
        var failing = board.subscribe((site, there) -> {
            throw new IllegalStateException("a listener's own fault");
        });
        var subscription = board.subscribe((site, there) -> heard.add(site + "=" + there));
        board.site(C, false);
        board.site(C, true);
        board.site(C, true);
        board.site(B, false);
        subscription.close();
        failing.close();
        board.site(B, true);

        assertThat(heard).containsExactly("c=false", "c=true", "b=false");
    }
}
