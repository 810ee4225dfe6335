package io.holdfast.server.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} says. */
public final class VersionProvider implements IVersionProvider {
    /** The version in the jar's manifest; "development" when the classes do not come from a jar. */
    public static String version() {
        return Optional.ofNullable(VersionProvider.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"holdfast " + version() + " (Java " + Runtime.version() + ")"};
    }
}
