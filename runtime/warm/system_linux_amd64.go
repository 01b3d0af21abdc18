package warm

const sysMemfdCreate = 319 // memfd_create(2)
