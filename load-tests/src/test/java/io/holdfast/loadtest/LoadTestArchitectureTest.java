package io.holdfast.loadtest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
}
