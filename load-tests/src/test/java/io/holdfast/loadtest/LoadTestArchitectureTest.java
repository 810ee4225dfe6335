package io.holdfast.loadtest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.PrintStream;
import java.io.PrintWriter;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class LoadTestArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.holdfast.loadtest");

    @Test
    void whatIsReckonedKnowsNeitherGatlingNorTheStore() {
        noClasses()
                .that()
                .resideInAPackage("..loadtest.load..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.gatling..", "scala..", "io.holdfast.client..", "io.holdfast.v1..")
                .check(CLASSES);
    }

    @Test
    void theActionIsOfUseWithoutTheSimulations() {
        noClasses()
                .that()
                .resideInAPackage("..loadtest.gatling..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.loadtest", "..loadtest.cluster..", "..loadtest.load..")
                .check(CLASSES);
    }

    @Test
    void theClusterKnowsNothingOfTheLoad() {
        noClasses()
                .that()
                .resideInAPackage("..loadtest.cluster..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.gatling..", "scala..", "..loadtest.load..", "..loadtest.gatling..", "io.holdfast.loadtest")
                .check(CLASSES);
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
                .check(CLASSES);
    }
}
