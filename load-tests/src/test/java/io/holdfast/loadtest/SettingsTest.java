package io.holdfast.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void readsWhatIsGivenAndElseWhatIsUsual() {
        var settings = new Settings(Map.of("holdfast.rate", "12.5", "holdfast.seconds", "0.5", "java.home", "/jdk"));
        assertThat(settings.number("rate", 1, 0, 100)).isEqualTo(12.5);
        assertThat(settings.seconds("seconds", 30, 0)).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.whole("keys", 7, 1, 10)).isEqualTo(7);
        assertThat(settings.flag("timing", true)).isTrue();
        settings.requireAllKnown();
    }

    @Test
    void aWrongValueIsSaidWithWhatIsExpected() {
        var settings = new Settings(Map.of("holdfast.keys", "many"));
        assertThatThrownBy(() -> settings.whole("keys", 7, 1, 10))
                .hasMessage("The parameter -Dholdfast.keys is 'many': give a whole number from 1 to 10.");
    }

    @Test
    void aParameterThatNobodyKnowsIsAMistake() {
        var settings = new Settings(Map.of("holdfast.rates", "7"));
        settings.number("rate", 1, 0, 10);
        assertThatThrownBy(settings::requireAllKnown)
                .hasMessage("There is no parameter -Dholdfast.rates here; there are holdfast.rate.");
    }
}
