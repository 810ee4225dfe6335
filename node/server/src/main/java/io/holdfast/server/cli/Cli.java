package io.holdfast.server.cli;

import io.holdfast.client.HoldfastException;
import io.holdfast.client.Reason;
import io.holdfast.config.SettingsException;
import io.holdfast.persistence.cassandra.local.LocalCassandraException;
import io.holdfast.server.cli.bench.BenchCommand;
import io.holdfast.server.cli.cassandra.CassandraCommand;
import io.holdfast.server.cli.cassandra.CassandraSchemaCommand;
import io.holdfast.server.cli.check.CheckCommand;
import io.holdfast.server.cli.demo.DemoCommand;
import io.holdfast.server.cli.local.NodeCommand;
import io.holdfast.server.cli.local.RehearseCommand;
import io.holdfast.server.cli.local.UpCommand;
import io.holdfast.server.cli.transfer.ExportCommand;
import io.holdfast.server.cli.transfer.ImportCommand;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands, put together; how their failures become messages and exit codes. */
public final class Cli {
    private static final String REFUSED = "connection refused";
    /** What Java puts where an argument's bytes are no text in the process' locale. */
    private static final char NO_TEXT = '\uFFFD';

    private Cli() {}

    /** Runs one command line, and returns the exit code of {@link ExitCode}. */
    public static int run(Terminal terminal, String... args) {
        // Java has replaced those bytes already: two different keys would have become one.
        for (String argument : args) {
            if (argument.indexOf(NO_TEXT) >= 0) {
                terminal.err()
                        .println("holdfast: The argument '" + argument + "' is not text in the locale of this process"
                                + " (LC_ALL, LC_CTYPE or LANG; one that is installed, in UTF-8, reads all text)."
                                + " Give keys and values that are other bytes in hexadecimal, with --hex.");
                return ExitCode.USAGE;
            }
        }
        return checked(terminal, commandLine(terminal).execute(args));
    }

    /** The exit code, unless some of what the command printed is lost: then whoever waits for it must not think it done. */
    private static int checked(Terminal terminal, int code) {
        terminal.out().flush();
        terminal.err().flush();
        try {
            terminal.checkOut();
            return code;
        } catch (OutputFailure lost) {
            if (lost.readerHasGone()) {
                return code == ExitCode.OK ? ExitCode.READER_GONE : code;
            }
            terminal.err().println("holdfast: standard output cannot be written: " + lost.getMessage());
            return code == ExitCode.OK ? ExitCode.FAILED : code;
        }
    }

    static CommandLine commandLine(Terminal terminal) {
        CommandLine cli = new CommandLine(new Holdfast(terminal));
        CommandLine keyspace = new CommandLine(new KeyspaceCommand(terminal));
        keyspace.addSubcommand(new KeyspaceCommand.Create(terminal));
        keyspace.addSubcommand(new KeyspaceCommand.ListAll(terminal));
        cli.addSubcommand(keyspace);
        cli.addSubcommand(new DataCommands.Put(terminal));
        cli.addSubcommand(new DataCommands.Get(terminal));
        cli.addSubcommand(new DataCommands.Delete(terminal));
        cli.addSubcommand(new ScanCommand(terminal));
        cli.addSubcommand(new TxnCommand(terminal));
        cli.addSubcommand(new ImportCommand(terminal));
        cli.addSubcommand(new ExportCommand(terminal));
        cli.addSubcommand(new StatusCommand(terminal));
        cli.addSubcommand(new BenchCommand(terminal));
        cli.addSubcommand(new UpCommand(terminal));
        cli.addSubcommand(new DemoCommand(terminal));
        cli.addSubcommand(new CheckCommand(terminal));
        CommandLine cassandra = new CommandLine(new CassandraCommand(terminal));
        cassandra.addSubcommand(new CassandraSchemaCommand(terminal));
        cli.addSubcommand(cassandra);
        cli.addSubcommand(new NodeCommand(terminal, OwnProcess::start));
        cli.addSubcommand(new RehearseCommand(OwnProcess::start));
        cli.setOut(new PrintWriter(terminal.out(), true));
        cli.setErr(new PrintWriter(terminal.err(), true));
        cli.setColorScheme(
                CommandLine.Help.defaultColorScheme(terminal.colours() == Colours.ANSI ? Ansi.ON : Ansi.OFF));
        cli.setUsageHelpWidth(Math.min(110, Math.max(60, terminal.columns())));
        cli.setCaseInsensitiveEnumValuesAllowed(true);
        // Keys and values may begin with an @.
        cli.setExpandAtFiles(false);
        cli.setParameterExceptionHandler((mistake, given) -> reportMistake(terminal, mistake));
        cli.setExecutionExceptionHandler((failure, command, parsed) -> report(terminal, failure));
        return cli;
    }

    private static int reportMistake(Terminal terminal, ParameterException mistake) {
        boolean command = mistake instanceof UnmatchedArgumentException unmatched
                && !mistake.getCommandLine().getSubcommands().isEmpty()
                && !unmatched.isUnknownOption();
        terminal.err()
                .println("holdfast: "
                        + (command
                                ? "there is no command '"
                                        + ((UnmatchedArgumentException) mistake)
                                                .getUnmatched()
                                                .get(0) + "'."
                                : mistake.getMessage()));
        UnmatchedArgumentException.printSuggestions(mistake, new PrintWriter(terminal.err(), true));
        terminal.err()
                .println("Try '" + mistake.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    /** Prints what went wrong as a person needs it, and says how the process shall end. */
    static int report(Terminal terminal, Exception failure) {
        terminal.out().flush();
        if (failure instanceof OutputFailure lost) {
            // It is told at the end, as it is when the last lines of a command are lost.
            return lost.readerHasGone() ? ExitCode.READER_GONE : ExitCode.FAILED;
        }
        if (failure instanceof InterruptedException) {
            return ExitCode.INTERRUPTED;
        }
        if (failure instanceof CommandFailure known) {
            terminal.err().println("holdfast: " + known.getMessage());
            return known.exitCode();
        }
        if (failure instanceof LocalCassandraException local) {
            terminal.err().println("holdfast: " + local.getMessage());
            return ExitCode.FAILED;
        }
        if (failure instanceof SettingsException settings) {
            terminal.err().println(settings.getMessage());
            return ExitCode.USAGE;
        }
        if (failure instanceof HoldfastException operation) {
            terminal.err().println("holdfast: " + describe(operation));
            return isMistake(operation.reason()) ? ExitCode.USAGE : ExitCode.FAILED;
        }
        if (failure instanceof UncheckedIOException || failure instanceof java.io.IOException) {
            terminal.err().println("holdfast: " + cause(failure));
            return ExitCode.FAILED;
        }
        terminal.err().println("holdfast: a bug in Holdfast; please report it with what follows.");
        failure.printStackTrace(terminal.err());
        return ExitCode.FAILED;
    }

    /** What went wrong with a file in words: Java says only its name where it is missing or may not be used. */
    public static String cause(Exception failure) {
        if (failure instanceof UncheckedIOException wrapped) {
            return wrapped.getMessage() == null
                            || wrapped.getMessage().equals(wrapped.getCause().toString())
                    ? cause(wrapped.getCause())
                    : wrapped.getMessage();
        }
        if (failure instanceof NoSuchFileException missing) {
            return "there is no file '" + missing.getFile() + "'";
        }
        if (failure instanceof AccessDeniedException denied) {
            return "no permission for '" + denied.getFile() + "'";
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** The message, what to do where the message cannot know it, and the reason's name for whoever looks it up. */
    static String describe(HoldfastException failure) {
        String advice =
                switch (failure.reason()) {
                    case UNKNOWN_KEYSPACE -> " Create it with 'holdfast keyspace create NAME'.";
                    case UNREACHABLE ->
                        " 'holdfast up' starts a cluster; --endpoints or HOLDFAST_ENDPOINTS name another's nodes.";
                    default -> "";
                };
        String unknown = failure.writeId().isPresent() ? " Whether it was written is not known: read the key." : "";
        // Of all that gRPC says about a port where nobody listens, two words are for people.
        String message =
                failure.getMessage().replaceAll("UNAVAILABLE, io exception \\([^;]*Connection refused\\)", REFUSED);
        String name = failure.reason().name();
        return message + advice + unknown + (message.contains(name) ? "" : " [" + name + "]");
    }

    private static boolean isMistake(Reason reason) {
        return switch (reason) {
            case INVALID_KEY,
                    INVALID_VALUE,
                    INVALID_KEYSPACE_NAME,
                    INVALID_REQUEST,
                    INVALID_LIMIT,
                    TRANSACTION_TOO_LARGE,
                    HISTORY_GONE,
                    UNKNOWN_KEYSPACE,
                    KEYSPACE_EXISTS,
                    TOLERANCE_NOT_POSSIBLE -> true;
            default -> false;
        };
    }

    /** The command without a name: it only explains. */
    @Command(
            name = "holdfast",
            mixinStandardHelpOptions = true,
            versionProvider = VersionProvider.class,
            synopsisSubcommandLabel = "COMMAND",
            description = {
                "A data store over several sites that survives the loss of one.",
                "",
                "New here? Run 'holdfast demo', then 'holdfast up'.",
                ""
            },
            footer = {
                "",
                "Exit codes: 0 done, 1 failed or not found, 2 a mistake in the command, 130 interrupted,",
                "141 the reader of standard output has gone.",
                "Environment: HOLDFAST_ENDPOINTS; HOLDFAST_HEAP of a node (800m), HOLDFAST_JAVA_OPTIONS,",
                "JAVA_HOME, NO_COLOR. 'bin/holdfast --rebuild' builds anew after a change of the sources."
            })
    static final class Holdfast implements Callable<Integer> {
        private final Terminal terminal;

        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        Holdfast(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            spec.commandLine().usage(terminal.err());
            return ExitCode.USAGE;
        }
    }
}
