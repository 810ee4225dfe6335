package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ValuesTest {
    @Test
    void haveTheSizeAskedForAndFollowFromTheirNumber() {
        Values range = Values.parse("100-1000");
        for (long number = 0; number < 2000; number++) {
            assertThat(range.of(number)).hasSizeBetween(100, 1000).isEqualTo(range.of(number));
        }
        assertThat(Values.parse("256").of(7))
                .hasSize(256)
                .isNotEqualTo(Values.parse("256").of(8));
    }

    @Test
    void areNeverWithoutTheirNumber() {
        assertThat(new String(Values.parse("1").of(123), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("123/");
    }

    @Test
    void refusesOtherSizes() {
        for (String wrong : new String[] {"", "0", "10-5", "2000000", "many"}) {
            assertThatThrownBy(() -> Values.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void insertedRecordsCountInTheirTurn() {
        var records = new InsertedRecords(9);
        records.acknowledged(11);
        assertThat(records.newest()).isEqualTo(9);
        records.acknowledged(10);
        assertThat(records.newest()).isEqualTo(11);
    }
}
