package io.holdfast.server.cli.transfer;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.client.Limits;
import io.holdfast.client.Reason;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Connection;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import}: the records of a file into a keyspace. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Write the records of a file into a keyspace, with progress, however large it is.",
            "The value is the record as JSON (a CSV row becomes an object of texts), the key the text of its --key field. "
                    + "Without --key the file must be one of 'holdfast export'. Records with the same key are written in "
                    + "the order of the file. It goes on through the loss of a site. If it breaks off, run it again: it "
                    + "writes the same keys again."
        })
public final class ImportCommand implements Callable<Integer> {
    private static final Duration PER_RECORD = Duration.ofSeconds(60);
    private static final int COMPLAINTS_SHOWN = 20;

    /** What a bad record does. */
    enum OnError {
        STOP,
        SKIP
    }

    private final Terminal terminal;

    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "KS", description = "The keyspace.")
    private String keyspace;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file; '-': standard input.")
    private String file;

    @Option(names = "--key", paramLabel = "FIELD", description = "The field that is the key.")
    private Optional<String> key = Optional.empty();

    @Option(
            names = "--format",
            paramLabel = "jsonl|json|csv",
            description =
                    "JSON Lines, a JSON array, or CSV with a header line. Default: what name and content suggest.")
    private Optional<Format> format = Optional.empty();

    @Option(names = "--separator", paramLabel = "C", description = "What separates the columns of CSV. Default: ','.")
    private String separator = ",";

    @Option(
            names = "--on-error",
            paramLabel = "stop|skip",
            description = "At a bad record: stop (the default), or skip and count it. Each is reported with its line.")
    private OnError onError = OnError.STOP;

    @Option(names = "--create", description = "Create the keyspace, with the server's defaults, if there is none.")
    private boolean create;

    public ImportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    private char separator() {
        if (separator.length() != 1 || "\"\r\n".contains(separator)) {
            throw CommandFailure.usage("--separator is '" + separator
                    + "': give one character that is no quote and no line end, such as ';'.");
        }
        return separator.charAt(0);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        char between = separator();
        OptionalLong size = sizeOfFile();
        // A site's death costs its records about a second: a minute without an outcome means that there is no majority.
        Duration wait = connection.timeout().compareTo(PER_RECORD) > 0 ? connection.timeout() : PER_RECORD;
        try (CountingInput counting = new CountingInput(openFile());
                HoldfastClient client = connection.connect(terminal, ClientOptions.DEFAULT.withDeadline(wait))) {
            PushbackInputStream in = new PushbackInputStream(counting, Format.PUSHBACK);
            RowSource source = (format.isPresent() ? format.get() : Format.guess(file, in)).open(in, between);
            // Only now: a file that cannot be meant so shall not leave a keyspace behind.
            ensureKeyspace(client);
            return run(client, source, counting, size);
        }
    }

    private int run(HoldfastClient client, RowSource source, CountingInput counting, OptionalLong size)
            throws IOException, InterruptedException {
        Complaints complaints = new Complaints();
        RecordShape shape = key.<RecordShape>map(RecordShape.Keyed::new).orElseGet(RecordShape.Exported::new);
        Importer importer = new Importer(client.keyspace(keyspace), shape, onError == OnError.SKIP, complaints::hear);
        long start = System.nanoTime();
        Importer.Result result;
        try (Progress progress = Progress.start(
                terminal,
                "imported",
                importer::written,
                () -> size.isPresent() ? counting.count() / (double) Math.max(1, size.getAsLong()) : Double.NaN)) {
            complaints.progress = Optional.of(progress);
            result = importer.run(source);
        } catch (HoldfastException failed) {
            terminal.err().println("imported " + Text.count(importer.written(), "record") + ", then a write failed");
            throw failed;
        }
        complaints.finish();
        terminal.out().println(summary(result, Duration.ofNanos(System.nanoTime() - start)));
        boolean nothing = result.written() == 0 && result.skipped() > 0;
        if (nothing && result.complete()) {
            // Most likely the file is another one, or --key is wrong: nobody wants to skip all there is.
            terminal.err()
                    .println("holdfast: nothing was imported: "
                            + (result.skipped() == 1
                                    ? "the only record is bad"
                                    : "all " + Text.number(result.skipped()) + " records are bad"));
        }
        return result.complete() && !nothing ? ExitCode.OK : ExitCode.FAILED;
    }

    private String summary(Importer.Result result, Duration took) {
        double rate = result.written() / Math.max(0.001, took.toMillis() / 1000.0);
        String skipped = onError == OnError.SKIP ? ", skipped " + Text.number(result.skipped()) : "";
        return (result.complete() ? "imported " : "stopped after ") + Text.count(result.written(), "record") + skipped
                + " in " + Text.duration(took) + " (" + Text.rate(rate) + ")";
    }

    private void ensureKeyspace(HoldfastClient client) {
        Limits.checkKeyspaceName(keyspace);
        boolean exists = client.admin().listKeyspaces().stream()
                .anyMatch(each -> each.name().equals(keyspace));
        if (!exists && !create) {
            throw CommandFailure.usage("There is no keyspace '" + keyspace
                    + "': create it with 'holdfast keyspace create " + keyspace + "', or give --create.");
        }
        if (!exists) {
            try {
                client.admin().createKeyspace(keyspace, KeyspaceSettings.DEFAULT);
            } catch (HoldfastException failed) {
                if (failed.reason() != Reason.KEYSPACE_EXISTS) {
                    throw failed;
                }
            }
        }
    }

    private OptionalLong sizeOfFile() throws IOException {
        if (file.equals("-")) {
            return OptionalLong.empty();
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw CommandFailure.usage("The file '" + file + "' "
                    + (Files.isDirectory(path)
                            ? "is a directory"
                            : Files.exists(path) ? "cannot be read" : "does not exist")
                    + ": give the file to import, or '-' for standard input.");
        }
        // A pipe with a name has no size.
        return Files.isRegularFile(path) ? OptionalLong.of(Files.size(path)) : OptionalLong.empty();
    }

    private InputStream openFile() throws IOException {
        return file.equals("-") ? terminal.in() : Files.newInputStream(Path.of(file));
    }

    /** Prints the first bad records, and counts the others: a million of them would say no more. */
    private final class Complaints {
        private Optional<Progress> progress = Optional.empty();
        private long heard;

        void hear(Row.Bad bad) {
            heard++;
            if (heard <= COMPLAINTS_SHOWN) {
                String consequence =
                        bad.last() && onError == OnError.SKIP ? "; what follows cannot be read either" : "";
                progress.ifPresent(
                        bar -> bar.say("holdfast: " + name() + ":" + bad.line() + ": " + bad.why() + consequence));
            }
        }

        void finish() {
            if (heard > COMPLAINTS_SHOWN) {
                terminal.err().println("holdfast: … and " + Text.count(heard - COMPLAINTS_SHOWN, "more bad record"));
            }
        }

        private String name() {
            return file.equals("-") ? "standard input" : file;
        }
    }
}
