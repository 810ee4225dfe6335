package io.holdfast.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.PrintStream;
import java.io.PrintWriter;
import org.junit.jupiter.api.Test;

/** The walls of DESIGN 7: who may know whom. */
class ServerArchitectureTest {
    // Plain tests: the build's test runner passes over ArchUnit's own kind of test, fields, without a word.
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.holdfast.server");
    /** The server's and those of all modules that it is built from. */
    private static final JavaClasses EVERY_MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.holdfast");

    @Test
    void messagesOfTheProtocolAreForReplicasAndSerializersOnly() {
        ArchRule rule = noClasses()
                .that()
                .resideOutsideOfPackages("..server.partition..", "..server.serial..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "io\\.holdfast\\.core\\.raft\\.(PeerMessage|LogWrite|HardState|Entry|Input|RaftNode).*");
        rule.check(CLASSES);
    }

    @Test
    void grpcClassesSpeakToTheGatewayAndNotToReplicas() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("..server.grpc..")
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "io\\.holdfast\\.server\\.partition\\.(PartitionReplica|PartitionJournal|ReplicaMessage).*");
        rule.check(CLASSES);
    }

    @Test
    void theCommandLineUsesTheSdkLikeAnybodyElse() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("..server.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.holdfast.core..",
                        "io.holdfast.server.gateway..",
                        "io.holdfast.server.grpc..",
                        "io.holdfast.server.partition..",
                        "io.holdfast.server.serial..");
        rule.check(CLASSES);
    }

    @Test
    void bytesAreMadeByTheSerializersOnly() {
        ArchRule rule = noClasses()
                .that()
                .resideOutsideOfPackages("..server.serial..", "..server.catalog..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.esotericsoftware.kryo..");
        rule.check(CLASSES);
    }

    @Test
    void whatProgramsReadLooksTheSameInEveryLanguage() {
        noClasses()
                .should()
                .callMethod(String.class, "format", String.class, Object[].class)
                .orShould()
                .callMethod(String.class, "formatted", Object[].class)
                .orShould()
                .callMethod(String.class, "toLowerCase")
                .orShould()
                .callMethod(String.class, "toUpperCase")
                .orShould()
                .callMethod(PrintStream.class, "printf", String.class, Object[].class)
                .orShould()
                .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
                .because("the default locale may have digits and letters of its own: say Locale.ROOT")
                .check(EVERY_MODULE);
    }
}
