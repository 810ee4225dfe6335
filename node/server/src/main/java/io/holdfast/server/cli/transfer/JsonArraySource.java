package io.holdfast.server.cli.transfer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.holdfast.server.cli.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * One JSON array of records, read element by element. Where its JSON is broken nobody can say where the next record
 * starts, so that is the last row.
 */
final class JsonArraySource implements RowSource {
    /** After an element there is the next one, which elsewhere would be too much. */
    private static final ObjectReader ELEMENT =
            Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonParser parser;
    private boolean started;
    private boolean ended;

    JsonArraySource(InputStream in) throws IOException {
        this.parser = Json.MAPPER.createParser(in);
    }

    @Override
    public Optional<Row> next() throws IOException {
        if (ended) {
            return Optional.empty();
        }
        long line = 1;
        try {
            if (!started) {
                started = true;
                if (parser.nextToken() != JsonToken.START_ARRAY) {
                    return last(1, "the file is no JSON array; for one record a line, give --format jsonl");
                }
            }
            JsonToken token = parser.nextToken();
            line = parser.currentTokenLocation().getLineNr();
            if (token == null) {
                return last(line, "the file ends in the middle of the array");
            }
            if (token == JsonToken.END_ARRAY) {
                ended = true;
                return parser.nextToken() == null
                        ? Optional.empty()
                        : last(parser.currentTokenLocation().getLineNr(), "there is more after the end of the array");
            }
            JsonNode json = ELEMENT.readTree(parser);
            return Optional.of(new Row.Read(line, json));
        } catch (JsonProcessingException malformed) {
            long where = malformed.getLocation() == null
                    ? line
                    : malformed.getLocation().getLineNr();
            return last(where, JsonLinesSource.describe(malformed));
        }
    }

    private Optional<Row> last(long line, String why) {
        ended = true;
        return Optional.of(new Row.Bad(line, why, true));
    }
}
