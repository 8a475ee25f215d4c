using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace RecLab.Storage;

/// <summary>What the migration tool builds the context from; the program itself is a command line and offers it no host.</summary>
internal sealed class DesignTimeDb : IDesignTimeDbContextFactory<RecLabDb>
{
    public RecLabDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<RecLabDb>().UseSqlite("Data Source=:memory:").Options);
}
