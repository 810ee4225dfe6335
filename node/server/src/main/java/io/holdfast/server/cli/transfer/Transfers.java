package io.holdfast.server.cli.transfer;

import io.holdfast.client.Keyspace;
import io.holdfast.server.cli.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What other commands use of the import. */
public final class Transfers {
    private Transfers() {}

    /**
     * Imports CSV as {@code holdfast import} does, and returns the keys in the order of the file.
     *
     * @throws CommandFailure at the first bad row, with its line
     */
    public static List<String> importCsv(Keyspace keyspace, InputStream csv, String keyField)
            throws IOException, InterruptedException {
        List<String> keys = new ArrayList<>();
        List<Row.Bad> bad = new ArrayList<>();
        CsvSource rows = new CsvSource(csv, ',');
        RowSource listening = () -> {
            Optional<Row> row = rows.next();
            if (row.isPresent() && row.get() instanceof Row.Read read) {
                keys.add(read.json().path(keyField).asText());
            }
            return row;
        };
        new Importer(keyspace, new RecordShape.Keyed(keyField), false, bad::add).run(listening);
        if (!bad.isEmpty()) {
            throw CommandFailure.failed(
                    "Line " + bad.get(0).line() + ": " + bad.get(0).why());
        }
        return keys;
    }
}
