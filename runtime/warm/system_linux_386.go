package warm

const sysMemfdCreate = 356 // memfd_create(2)
