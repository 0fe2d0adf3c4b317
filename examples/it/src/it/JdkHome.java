/** Writes which JDK runs it to a file of properties that the invoker reads: Maven itself may run on an older one. */
void main(String[] arguments) throws java.io.IOException {
    java.nio.file.Path file = java.nio.file.Path.of(arguments[0]);
    java.nio.file.Files.createDirectories(file.getParent());
    java.util.Properties properties = new java.util.Properties();
    properties.setProperty("invoker.environmentVariables.JAVA_HOME", System.getProperty("java.home"));
    try (java.io.Writer writer = java.nio.file.Files.newBufferedWriter(file)) {
        properties.store(writer, null);
    }
}
